package shapefile

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"slices"
	"strings"

	"socle/geo"
	"socle/referentials"
)

const (
	shpHeaderSize = 100
	shpFileCode   = 9994

	// maxShape bounds one record, 16 million vertices; memory is taken only as the bytes
	// arrive, so a wrong length costs nothing.
	maxShape  = 256 << 20
	readAhead = 256 << 10
	growBy    = 1 << 20
)

// openShapes starts a reading of the shapes in storage order. Of the main file's bytes
// the progress is counted.
func (l *Layer) openShapes(ctx context.Context) (shapeStream, error) {
	open := l.file.Open
	if !strings.EqualFold(path.Ext(l.file.Name()), ".shp") {
		open = func(ctx context.Context) (io.ReadCloser, error) { return l.file.OpenPart(ctx, ".shp") }
	}
	r, err := open(ctx)
	if err != nil {
		return nil, err
	}
	s := &sequential{r: bufio.NewReaderSize(r, readAhead), closer: r}
	if err := readHeader(s.r); err != nil {
		r.Close()
		return nil, err
	}
	return s, nil
}

// readHeader checks the header that .shp and .shx share. The length it gives is left
// out of account: the end of the file is where it ends.
func readHeader(r io.Reader) error {
	var header [shpHeaderSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return err
	}
	if code := binary.BigEndian.Uint32(header[:]); code != shpFileCode {
		return fmt.Errorf("it does not begin as a shapefile does (%d, not %d)", code, shpFileCode)
	}
	return nil
}

// sequential reads shapes in the order they are stored.
type sequential struct {
	r      *bufio.Reader
	closer io.Closer
	number uint32
	buf    []byte
}

func (s *sequential) Close() error { return s.closer.Close() }

func (s *sequential) next() ([]byte, error) {
	var head [8]byte
	if n, err := io.ReadFull(s.r, head[:]); err != nil {
		if n == 0 && err == io.EOF {
			return nil, io.EOF
		}
		return nil, err
	}
	number, length := binary.BigEndian.Uint32(head[:]), 2*int64(binary.BigEndian.Uint32(head[4:]))
	s.number++
	if length > maxShape {
		return nil, referentials.Errorf(referentials.TooLarge, "shape %d (numbered %d) says it has %d bytes; at most %d are read", s.number, number, length, maxShape).
			Do("the .shp is damaged, most likely: fetch it again")
	}
	var err error
	s.buf, err = readGrowing(s.r, s.buf[:0], int(length))
	return s.buf, err
}

// readGrowing reads n bytes, taking memory as they come.
func readGrowing(r io.Reader, buf []byte, n int) ([]byte, error) {
	for len(buf) < n {
		from := len(buf)
		step := min(n-from, growBy)
		buf = slices.Grow(buf, step)[:from+step]
		if _, err := io.ReadFull(r, buf[from:]); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return buf[:from], err
		}
	}
	return buf, nil
}

// readIndex walks the .shx to learn whether shapes lie in order. Editors that replace a
// shape by a longer one leave the old one behind and append the new: read in storage
// order, such a file would give shapes that were deleted.
func (l *Layer) readIndex(ctx context.Context) error {
	if !l.file.HasPart(".shx") {
		return nil
	}
	r, err := l.file.OpenPart(ctx, ".shx")
	if err != nil {
		return err
	}
	defer r.Close()
	buffered := bufio.NewReader(r)
	if err := readHeader(buffered); err != nil {
		l.note("the .shx is not an index of shapes and is left out of account: %v", err)
		return nil
	}
	at := int64(shpHeaderSize)
	var entry [8]byte
	for {
		if _, err := io.ReadFull(buffered, entry[:]); err == io.EOF {
			return nil
		} else if errors.Is(err, io.ErrUnexpectedEOF) {
			l.note("the .shx ends in the middle of an entry and is left out of account")
			return nil
		} else if err != nil {
			return err
		}
		offset, length := 2*int64(binary.BigEndian.Uint32(entry[:])), 2*int64(binary.BigEndian.Uint32(entry[4:]))
		if offset != at {
			l.shuffled = true
			l.note("the shapes are not stored in the order of the rows; they are taken as the .shx says")
			return nil
		}
		at = offset + int64(len(entry)) + length
	}
}

// openShuffled reads shapes where the .shx says.
func (l *Layer) openShuffled(ctx context.Context) (shapeStream, error) {
	name, cleanup, err := l.file.Materialise(ctx)
	if err != nil {
		return nil, err
	}
	s := &indexed{cleanup: cleanup}
	if s.shp, err = os.Open(name); err != nil {
		cleanup()
		return nil, err
	}
	if s.shx, err = l.file.OpenPart(ctx, ".shx"); err != nil {
		s.Close()
		return nil, err
	}
	s.entries = bufio.NewReaderSize(s.shx, readAhead)
	if err := readHeader(s.entries); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// indexed reads shapes by the offsets of the .shx.
type indexed struct {
	shp     *os.File
	shx     io.ReadCloser
	entries *bufio.Reader
	cleanup func()
	buf     []byte
}

func (s *indexed) Close() error {
	var errs []error
	if s.shx != nil {
		errs = append(errs, s.shx.Close())
	}
	errs = append(errs, s.shp.Close())
	s.cleanup()
	return errors.Join(errs...)
}

func (s *indexed) next() ([]byte, error) {
	var entry [8]byte
	if _, err := io.ReadFull(s.entries, entry[:]); err != nil {
		return nil, err
	}
	offset, length := 2*int64(binary.BigEndian.Uint32(entry[:])), 2*int64(binary.BigEndian.Uint32(entry[4:]))
	if offset == 0 || length == 0 {
		return nil, nil // a shape that was deleted
	}
	if length > maxShape {
		return nil, referentials.Errorf(referentials.TooLarge, "the .shx gives a shape of %d bytes at byte %d; at most %d are read", length, offset, maxShape).
			Do("the .shx is damaged, most likely: fetch it again, or take it away, as the .shp is read without it")
	}
	var err error
	s.buf, err = readGrowing(io.NewSectionReader(s.shp, offset+8, length), s.buf[:0], int(length))
	return s.buf, err
}

// Shape type codes.
const (
	nullShape  = 0
	point      = 1
	polyLine   = 3
	polygon    = 5
	multiPoint = 8
	multiPatch = 31
)

var errShort = errors.New("the shape's counts do not fit its length")

// decodeShape reads the content of a shape record. No content, a null shape and one
// without vertices are a null geometry.
func decodeShape(b []byte, g *geo.Geometry) (hasZ bool, err error) {
	if len(b) == 0 {
		return false, nil
	}
	if len(b) < 4 {
		return false, errShort
	}
	code := binary.LittleEndian.Uint32(b)
	b = b[4:]
	// PointZ is 11 and PointM is 21; so are the others.
	if code > 10 && code < 30 {
		hasZ = true
		code %= 10
	}
	switch code {
	case nullShape:
		return false, nil
	case point:
		if len(b) < 16 {
			return hasZ, errShort
		}
		// A point at "no data" (below −10³⁸ by the format) or NaN is no point.
		x, y := float64At(b, 0), float64At(b, 1)
		if x < -1e38 || math.IsNaN(x) && math.IsNaN(y) {
			return hasZ, nil
		}
		g.Type = geo.Point
		g.Add(x, y)
		return hasZ, nil
	case multiPoint:
		return hasZ, decodeMultiPoint(b, g)
	case polyLine, polygon:
		return hasZ, decodeParts(b, g, code == polygon)
	case multiPatch:
		return hasZ, errors.New("a multipatch (surface in space) cannot be stored as polygons")
	}
	return hasZ, fmt.Errorf("shape type %d is not known", code)
}

const boxSize = 32

func float64At(b []byte, i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
}

func decodeMultiPoint(b []byte, g *geo.Geometry) error {
	if len(b) < boxSize+4 {
		return errShort
	}
	n := int64(binary.LittleEndian.Uint32(b[boxSize:]))
	b = b[boxSize+4:]
	if n > int64(len(b)/16) {
		return errShort
	}
	if n == 0 {
		return nil
	}
	g.Type = geo.MultiPoint
	appendVertices(g, b, int(n))
	return nil
}

func appendVertices(g *geo.Geometry, b []byte, n int) {
	g.XY = slices.Grow(g.XY, 2*n)
	for i := range 2 * n {
		g.XY = append(g.XY, float64At(b, i))
	}
}

func decodeParts(b []byte, g *geo.Geometry, area bool) error {
	if len(b) < boxSize+8 {
		return errShort
	}
	parts, vertices := int64(binary.LittleEndian.Uint32(b[boxSize:])), int64(binary.LittleEndian.Uint32(b[boxSize+4:]))
	b = b[boxSize+8:]
	if parts > int64(len(b)/4) || vertices > (int64(len(b))-4*parts)/16 {
		return errShort
	}
	if parts == 0 || vertices == 0 {
		return nil
	}
	appendVertices(g, b[4*parts:], int(vertices))
	for i := range int(parts) {
		end := uint32(vertices)
		if i+1 < int(parts) {
			end = binary.LittleEndian.Uint32(b[4*(i+1):])
		}
		begin := binary.LittleEndian.Uint32(b[4*i:])
		if i == 0 && begin != 0 || end < begin || int64(end) > vertices {
			g.Reset()
			return errors.New("the shape's parts do not begin in order")
		}
		if end > begin { // a part without vertices is nothing
			g.Ends = append(g.Ends, end)
		}
	}
	if area {
		assemble(g)
		return nil
	}
	g.Type = geo.LineString
	if len(g.Ends) > 1 {
		g.Type = geo.MultiLineString
	}
	return nil
}
