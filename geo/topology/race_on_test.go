//go:build race

package topology

// raceFactor shortens long loops where the race detector makes them slow.
const raceFactor = 10
