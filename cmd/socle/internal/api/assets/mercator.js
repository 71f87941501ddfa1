// Places as fractions of the Web Mercator square: x to the east, y to the south.

/** @param {number} lon degrees */
export const toX = lon => lon / 360 + 0.5;
/** @param {number} lat degrees */
export const toY = lat => 0.5 - Math.asinh(Math.tan(Math.max(-85.06, Math.min(85.06, lat)) * Math.PI / 180)) / (2 * Math.PI);
/** @param {number} x */
export const toLon = x => (x - 0.5) * 360;
/** @param {number} y */
export const toLat = y => Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180 / Math.PI;

/** Metres across the world at a latitude, along its parallel. */
export const metresAround = lat => 40075016.686 * Math.cos(lat * Math.PI / 180);
