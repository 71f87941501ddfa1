// Reads Mapbox Vector Tiles: just what the map needs, with no dependency.

/** Reads protobuf fields of a byte range. */
class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    this.bytes = bytes; this.at = at; this.end = end;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  varint() {
    let value = 0, scale = 1, byte;
    do { byte = this.bytes[this.at++]; value += (byte & 127) * scale; scale *= 128; } while (byte > 127);
    return value;
  }
  /** Calls field(number, wireType) for each field; one it does not read is skipped. */
  each(field) {
    while (this.at < this.end) {
      const key = this.varint(), type = key & 7, from = this.at;
      field(key >>> 3, type);
      if (this.at === from) this.skip(type);
    }
  }
  skip(type) {
    if (type === 0) this.varint();
    else if (type === 1) this.at += 8;
    else if (type === 2) { const n = this.varint(); this.at += n; }
    else if (type === 5) this.at += 4;
    else throw new Error(`wire type ${type}`);
  }
  message() { const n = this.varint(), r = new Reader(this.bytes, this.at, this.at + n); this.at += n; return r; }
  text() { const n = this.varint(); this.at += n; return new TextDecoder().decode(this.bytes.subarray(this.at - n, this.at)); }
  packed() { const r = this.message(), out = []; while (r.at < r.end) out.push(r.varint()); return out; }
  float() { this.at += 4; return this.view.getFloat32(this.at - 4, true); }
  double() { this.at += 8; return this.view.getFloat64(this.at - 8, true); }
}

const zigzag = n => n % 2 ? -(n + 1) / 2 : n / 2;

function readValue(r) {
  let value = null;
  r.each(n => {
    if (n === 1) value = r.text();
    else if (n === 2) value = r.float();
    else if (n === 3) value = r.double();
    else if (n === 4) { const v = r.varint(); value = v >= 2 ** 63 ? v - 2 ** 64 : v; }
    else if (n === 5) value = r.varint();
    else if (n === 6) value = zigzag(r.varint());
    else if (n === 7) value = r.varint() !== 0;
  });
  return value;
}

/** Turns drawing commands into lines of x, y pairs; points become a line of their own. */
function readGeometry(commands) {
  const lines = [];
  let x = 0, y = 0, line = null;
  for (let i = 0; i < commands.length;) {
    const command = commands[i] & 7, count = commands[i] >>> 3;
    i++;
    if (command === 7) { line.push(line[0], line[1]); continue; }
    for (let k = 0; k < count; k++) {
      x += zigzag(commands[i++]); y += zigzag(commands[i++]);
      if (command === 1) lines.push(line = []);
      line.push(x, y);
    }
  }
  return lines;
}

/** @typedef {{type: number, lines: number[][], properties: Record<string, any>}} Feature type 1: points, 2: lines, 3: areas */

/**
 * Gives the layers of a tile.
 * @param {ArrayBuffer} buffer
 * @returns {{name: string, extent: number, features: Feature[]}[]}
 */
export function readTile(buffer) {
  const layers = [], tile = new Reader(new Uint8Array(buffer));
  tile.each(n => {
    if (n !== 3) return;
    const r = tile.message(), layer = { name: "", extent: 4096, features: [] }, keys = [], values = [], raw = [];
    r.each(m => {
      if (m === 1) layer.name = r.text();
      else if (m === 2) raw.push(r.message());
      else if (m === 3) keys.push(r.text());
      else if (m === 4) values.push(readValue(r.message()));
      else if (m === 5) layer.extent = r.varint();
    });
    for (const f of raw) {
      const feature = { type: 0, lines: [], properties: {} };
      let tags = [];
      f.each(m => {
        if (m === 2) tags = f.packed();
        else if (m === 3) feature.type = f.varint();
        else if (m === 4) feature.lines = readGeometry(f.packed());
      });
      for (let i = 0; i + 1 < tags.length; i += 2) feature.properties[keys[tags[i]]] = values[tags[i + 1]];
      layer.features.push(feature);
    }
    layers.push(layer);
  });
  return layers;
}
