package pmtiles

import (
	"bytes"
	"encoding/binary"
	"math"

	"socle/referentials"
)

const (
	headerSize = 127
	version    = 3

	// rootEnd is where the root directory must end, so that one read of a fixed size gets
	// it.
	rootEnd = 16 << 10
)

// Compression says how bytes of an archive are compressed.
type Compression uint8

// The compressions of the format.
const (
	UnknownCompression Compression = iota
	None
	Gzip
	Brotli
	Zstd
)

// Encoding is the compression's name in the Content-Encoding of HTTP, "" for none.
func (c Compression) Encoding() string {
	return [...]string{Gzip: "gzip", Brotli: "br", Zstd: "zstd"}[min(c, Zstd)]
}

// vectorTiles is the type of tile of archives of Mapbox vector tiles.
const vectorTiles = 1

// tileTypes name the other types of tile.
var tileTypes = [...]string{"tiles of an unknown kind", "vector tiles", "PNG images", "JPEG images", "WebP images", "AVIF images", "MapLibre tiles"}

// section is a run of bytes of the file.
type section struct{ offset, length uint64 }

// Header describes an archive.
type Header struct {
	root, metadata, leaves, tiles section

	Tiles    uint64 // tiles in the archive; 0 when unknown, as the next two
	Entries  uint64 // runs of tiles that are the same
	Contents uint64 // tiles that differ

	Clustered   bool        // tiles follow each other as their numbers do
	Internal    Compression // of directories and metadata
	Compression Compression // of tiles
	kind        uint8

	MinZoom, MaxZoom uint8
	Bounds           [4]float64 // west, south, east, north in degrees
	Center           [2]float64 // longitude, latitude
	CenterZoom       uint8
}

var magic = []byte("PMTiles")

func (h *Header) encode() []byte {
	out := append(make([]byte, 0, headerSize), magic...)
	out = append(out, version)
	for _, v := range []uint64{
		h.root.offset, h.root.length, h.metadata.offset, h.metadata.length,
		h.leaves.offset, h.leaves.length, h.tiles.offset, h.tiles.length,
		h.Tiles, h.Entries, h.Contents,
	} {
		out = binary.LittleEndian.AppendUint64(out, v)
	}
	clustered := byte(0)
	if h.Clustered {
		clustered = 1
	}
	out = append(out, clustered, byte(h.Internal), byte(h.Compression), h.kind, h.MinZoom, h.MaxZoom)
	for _, degrees := range h.Bounds {
		out = appendDegrees(out, degrees)
	}
	out = append(out, h.CenterZoom)
	return appendDegrees(appendDegrees(out, h.Center[0]), h.Center[1])
}

// unitsPerDegree is how finely the header writes degrees.
const unitsPerDegree = 1e7

func appendDegrees(out []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint32(out, uint32(int32(math.Round(max(-180, min(180, v))*unitsPerDegree))))
}

func degrees(b []byte) float64 {
	return float64(int32(binary.LittleEndian.Uint32(b))) / unitsPerDegree
}

// decodeHeader reads the first bytes of a file of that size. Errors are Unsupported for
// another version of the format or a compression not known here, Invalid for the rest.
func decodeHeader(b []byte, size uint64) (Header, error) {
	var h Header
	if err := recognise(b); err != nil {
		return h, err
	}
	at := func(i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }
	h.root, h.metadata = section{at(8), at(16)}, section{at(24), at(32)}
	h.leaves, h.tiles = section{at(40), at(48)}, section{at(56), at(64)}
	h.Tiles, h.Entries, h.Contents = at(72), at(80), at(88)
	h.Clustered, h.Internal, h.Compression, h.kind = b[96] == 1, Compression(b[97]), Compression(b[98]), b[99]
	h.MinZoom, h.MaxZoom = b[100], b[101]
	for i := range h.Bounds {
		h.Bounds[i] = degrees(b[102+4*i:])
	}
	h.CenterZoom, h.Center = b[118], [2]float64{degrees(b[119:]), degrees(b[123:])}
	return h, h.check(size)
}

// recognise tells whether a file begins like an archive of this version.
func recognise(b []byte) error {
	switch {
	case len(b) >= 4 && b[0] == 'P' && b[1] == 'M' && b[3] == 0 && (b[2] == 1 || b[2] == 2):
		return referentials.Errorf(referentials.Unsupported, "it is PMTiles version %d, and only version %d is read", b[2], version).Do("convert it to version %d", version)
	case !bytes.HasPrefix(b, magic):
		return referentials.Errorf(referentials.Invalid, "it is not a PMTiles archive: it does not begin with %q", magic)
	case len(b) < headerSize:
		return referentials.Errorf(referentials.Invalid, "the archive is cut off: %d bytes are less than its header's %d", len(b), headerSize)
	case b[len(magic)] != version:
		return referentials.Errorf(referentials.Unsupported, "it is PMTiles version %d, and only version %d is read", b[len(magic)], version).Do("convert it to version %d", version)
	}
	return nil
}

func (h *Header) check(size uint64) error {
	for _, s := range []struct {
		name string
		section
	}{{"root directory", h.root}, {"metadata", h.metadata}, {"leaf directories", h.leaves}, {"tile data", h.tiles}} {
		if s.length > 0 && (s.offset > size || s.length > size-s.offset) {
			return referentials.Errorf(referentials.Invalid, "the archive is cut off or damaged: its %s takes %d bytes from byte %d, and the file has %d", s.name, s.length, s.offset, size).
				Do("copy or make it again")
		}
	}
	switch {
	case h.root.length == 0:
		return referentials.Errorf(referentials.Invalid, "the archive has no root directory")
	case h.root.offset < headerSize || h.root.offset+h.root.length > rootEnd:
		return referentials.Errorf(referentials.Invalid, "the root directory takes bytes %d to %d, it must be within %d to %d",
			h.root.offset, h.root.offset+h.root.length, headerSize, rootEnd)
	case h.Internal != None && h.Internal != Gzip:
		return referentials.Errorf(referentials.Unsupported, "its directories are compressed by method %d, and only 1 (none) and 2 (gzip) are read", h.Internal)
	case h.Compression == UnknownCompression || h.Compression > Zstd:
		return referentials.Errorf(referentials.Unsupported, "its tiles are compressed by method %d, which is not known", h.Compression)
	case h.kind != vectorTiles:
		return referentials.Errorf(referentials.Unsupported, "it holds %s, and only vector tiles are read", tileTypes[h.kind%uint8(len(tileTypes))])
	case h.MinZoom > h.MaxZoom || h.MaxZoom > MaxZoom:
		return referentials.Errorf(referentials.Invalid, "its zooms go from %d to %d, they must be in order and at most %d", h.MinZoom, h.MaxZoom, MaxZoom)
	}
	return nil
}
