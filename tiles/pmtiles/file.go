package pmtiles

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"socle/referentials"
)

// Bounds of what an archive may ask of a reader.
const (
	maxDirectory = 4 << 20  // bytes of a directory, decompressed
	maxMetadata  = 16 << 20 // bytes, decompressed
	maxTile      = 64 << 20 // bytes
	maxDepth     = 4        // directories from the root to a tile
)

// File is an open archive of vector tiles. It is safe for concurrent use. What replaces the
// file under its name does not change it.
type File struct {
	name   string
	header Header
	about  about
	tag    string

	data   io.ReaderAt
	closer io.Closer
	root   []entry
	leaves directories
}

// about is what the metadata say.
type about struct {
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Attribution  string          `json:"attribution"`
	VectorLayers json.RawMessage `json:"vector_layers"`
}

// Open opens an archive. Errors are NotFound for no such file, Invalid for one that is no
// archive or is damaged, Unsupported for another version or other tiles than vector tiles.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, referentials.Errorf(referentials.NotFound, "there is no such file").At("%s", path)
		}
		return nil, referentials.Errorf(referentials.Invalid, "it cannot be read: %w", err).At("%s", path)
	}
	a, err := open(f)
	if err != nil {
		f.Close()
		var e *referentials.Error
		if errors.As(err, &e) {
			return nil, e.At("%s", path)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	a.name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	a.closer = f
	return a, nil
}

func open(f *os.File) (*File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, referentials.Errorf(referentials.Invalid, "it is not a file")
	}
	return newFile(f, uint64(info.Size()), info.ModTime().UTC().String())
}

// newFile reads the beginning of an archive of that size; edition tells it from another of
// the same header.
func newFile(data io.ReaderAt, size uint64, edition string) (*File, error) {
	f := &File{data: data, leaves: newDirectories()}
	start := make([]byte, min(size, headerSize))
	if _, err := data.ReadAt(start, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var err error
	if f.header, err = decodeHeader(start, size); err != nil {
		return nil, err
	}
	if f.root, err = f.directory(f.header.root); err != nil {
		return nil, err
	}
	if f.about, err = f.readAbout(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append(start, edition...))
	f.tag = hex.EncodeToString(sum[:8])
	return f, nil
}

// Close closes the file.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Name is the name of the file without its folder and extension.
func (f *File) Name() string { return f.name }

// Header describes the archive.
func (f *File) Header() Header { return f.header }

// Tag is another for another edition of the file. It is fit for an ETag.
func (f *File) Tag() string { return f.tag }

// Tile gives the vector tile z/x/y and the encoding it is in, as HTTP names it: "gzip",
// "br", "zstd" or "". A tile that the archive does not hold has no bytes. Errors are
// NotFound for a tile outside the pyramid, Invalid for a damaged archive.
func (f *File) Tile(z, x, y uint32) (tile []byte, encoding string, err error) {
	if z > MaxZoom || x>>z != 0 || y>>z != 0 {
		return nil, "", referentials.Errorf(referentials.NotFound, "there is no tile %d/%d/%d", z, x, y).
			Do("zooms go from %d to %d, rows and columns from 0 to 2^zoom-1", f.header.MinZoom, f.header.MaxZoom)
	}
	id, entries := ID(z, x, y), f.root
	for range maxDepth {
		e, ok := find(entries, id)
		if !ok {
			return nil, "", nil
		}
		if e.run > 0 {
			if e.length > maxTile {
				return nil, "", referentials.Errorf(referentials.TooLarge, "tile %d/%d/%d takes %d bytes, more than %d", z, x, y, e.length, maxTile)
			}
			tile, err := f.read(section{f.header.tiles.offset + e.offset, uint64(e.length)})
			return tile, f.header.Compression.Encoding(), err
		}
		if entries, err = f.leaf(e); err != nil {
			return nil, "", err
		}
	}
	return nil, "", damaged("those of tile %d/%d/%d are more than %d deep, perhaps in a circle", z, x, y, maxDepth)
}

// Plain undoes the encoding of a tile that Tile gave. Errors are Unsupported for other
// than gzip, Invalid for bytes that are damaged.
func (f *File) Plain(tile []byte) ([]byte, error) {
	switch f.header.Compression {
	case None:
		return tile, nil
	case Gzip:
		return unzip(tile, maxTile)
	}
	return nil, referentials.Errorf(referentials.Unsupported, "tiles in %q are not decompressed here", f.header.Compression.Encoding())
}

// leaf gives the directory that an entry points to.
func (f *File) leaf(e entry) ([]entry, error) {
	at := section{f.header.leaves.offset + e.offset, uint64(e.length)}
	if entries, ok := f.leaves.get(at); ok {
		return entries, nil
	}
	entries, err := f.directory(at)
	if err != nil {
		return nil, err
	}
	f.leaves.put(at, entries)
	return entries, nil
}

func (f *File) directory(at section) ([]entry, error) {
	b, err := f.readInternal(at, maxDirectory)
	if err != nil {
		return nil, err
	}
	return decodeDirectory(b, &f.header)
}

func (f *File) readAbout() (a about, err error) {
	if f.header.metadata.length == 0 {
		return a, nil
	}
	b, err := f.readInternal(f.header.metadata, maxMetadata)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return a, referentials.Errorf(referentials.Invalid, "the archive's metadata are not what they should be: %w", err)
	}
	return a, nil
}

// readInternal reads a directory or the metadata, at most that many bytes.
func (f *File) readInternal(at section, most int) ([]byte, error) {
	if at.length > uint64(most) {
		return nil, referentials.Errorf(referentials.TooLarge, "a directory or the metadata take %d bytes, more than %d", at.length, most)
	}
	b, err := f.read(at)
	if err != nil || f.header.Internal == None {
		return b, err
	}
	return unzip(b, most)
}

func (f *File) read(at section) ([]byte, error) {
	b := make([]byte, at.length)
	n, err := f.data.ReadAt(b, int64(at.offset))
	if n < len(b) {
		return nil, referentials.Errorf(referentials.Invalid, "the archive ends before byte %d: %w", at.offset+at.length, err).Do("copy or make it again")
	}
	return b, nil
}

// TileJSON is a TileJSON 3.0.0 document, ready to be marshalled.
type TileJSON struct {
	TileJSON     string          `json:"tilejson"`
	Name         string          `json:"name,omitempty"`
	Description  string          `json:"description,omitempty"`
	Attribution  string          `json:"attribution,omitempty"`
	Scheme       string          `json:"scheme"`
	Tiles        []string        `json:"tiles"`
	MinZoom      uint8           `json:"minzoom"`
	MaxZoom      uint8           `json:"maxzoom"`
	Bounds       [4]float64      `json:"bounds"` // west, south, east, north in degrees
	Center       [3]float64      `json:"center"` // longitude, latitude, zoom
	VectorLayers json.RawMessage `json:"vector_layers"`
}

// TileJSON describes the tiles. The template is the absolute URL of a tile with {z}, {x}
// and {y}.
func (f *File) TileJSON(template string) TileJSON {
	h, a := &f.header, &f.about
	t := TileJSON{
		TileJSON: "3.0.0", Name: a.Name, Description: a.Description, Attribution: a.Attribution,
		Scheme: "xyz", Tiles: []string{template}, MinZoom: h.MinZoom, MaxZoom: h.MaxZoom,
		Bounds: h.Bounds, Center: [3]float64{h.Center[0], h.Center[1], float64(h.CenterZoom)},
		VectorLayers: a.VectorLayers,
	}
	if t.Name == "" {
		t.Name = f.name
	}
	if len(t.VectorLayers) == 0 {
		t.VectorLayers = json.RawMessage("[]")
	}
	return t
}
