interface Window {
  /** The map is drawn and every answer is there: for tests that watch. */
  ready?: boolean;
}
