// pmtiles.mjs FILE TEMPLATE: reads every tile of a PMTiles archive with the reader of its authors, and compares each, decoded by
// Mapbox's reader, with what a server gives at TEMPLATE; tiles around that the archive lacks must be empty there. Prints the counts.
import { open } from "node:fs/promises";
import { PMTiles, tileIdToZxy } from "pmtiles";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const [path, template] = process.argv.slice(2);
const file = await open(path);
const source = {
  getKey: () => path,
  async getBytes(offset, length) {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, offset);
    return { data: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + bytesRead) };
  },
};
const archive = new PMTiles(source);
const header = await archive.getHeader();
const metadata = await archive.getMetadata();
const fail = (why) => { console.error(`FAILED: ${why}`); process.exit(1); };

// The tiles of a directory and of the leaves below it.
async function* tilesOf(offset, length) {
  for (const e of await archive.cache.getDirectory(source, offset, length, header)) {
    if (e.runLength === 0) yield* tilesOf(header.leafDirectoryOffset + e.offset, e.length);
    for (let i = 0; i < e.runLength; i++) yield tileIdToZxy(e.tileId + i);
  }
}

const served = async (z, x, y) => {
  const answer = await fetch(template.replace("{z}", z).replace("{x}", x).replace("{y}", y));
  if (answer.status === 204) return Buffer.alloc(0);
  if (answer.status !== 200) fail(`${z}/${x}/${y}: the server answers ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
};
const layers = new Set(metadata.vector_layers.map((l) => l.id));
let count = 0, features = 0, bytes = 0;
const seen = new Set();
for await (const [z, x, y] of tilesOf(header.rootDirectoryOffset, header.rootDirectoryLength)) {
  const tile = await archive.getZxy(z, x, y);
  if (!tile) fail(`${z}/${x}/${y} is in a directory and cannot be read`);
  const data = Buffer.from(tile.data);
  if (Buffer.compare(data, await served(z, x, y)) !== 0) fail(`${z}/${x}/${y} differs from what is served`);
  const decoded = new VectorTile(new PbfReader(data));
  for (const [id, layer] of Object.entries(decoded.layers)) {
    if (!layers.has(id)) fail(`${z}/${x}/${y} has a layer ${id} that the metadata do not tell of`);
    for (let i = 0; i < layer.length; i++) layer.feature(i).loadGeometry();
    features += layer.length;
  }
  seen.add(`${z}/${x}/${y}`);
  count++;
  bytes += data.length;
}
const around = new Set();
for (const name of seen) {
  const [z, x, y] = name.split("/").map(Number);
  for (const [nx, ny] of [[x - 1, y], [x + 1, y], [x, y - 1], [x, y + 1]]) {
    const neighbour = `${z}/${nx}/${ny}`;
    if (Math.min(nx, ny) < 0 || Math.max(nx, ny) >= 2 ** z || seen.has(neighbour) || around.has(neighbour)) continue;
    around.add(neighbour);
    if (await archive.getZxy(z, nx, ny)) fail(`${neighbour} is in no directory and can be read`);
    if ((await served(z, nx, ny)).length > 0) fail(`${neighbour} is served and not in the archive`);
  }
}
if (count !== header.numAddressedTiles) fail(`the header tells of ${header.numAddressedTiles} tiles, the directories of ${count}`);
console.log(`PMTiles: ${count} tiles read, ${features} features, ${bytes} bytes, as served; ${around.size} absent ones around them are empty`);
await file.close();
