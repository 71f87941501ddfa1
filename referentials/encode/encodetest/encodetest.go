// Package encodetest is the conformance suite of the output formats: what every encoder
// must do, whatever its bytes look like. An encoder's test gives a reader that shares no
// code with it and calls [Run].
package encodetest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"runtime"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
)

// Suite is a format with the means to check it.
type Suite struct {
	Format encode.Format

	// Read parses what the encoder wrote, by other code than ours where there is any. It
	// knows the header, so that a format without types can be given them back.
	Read func(tb testing.TB, data []byte, h encode.Header) []referentials.Row

	// Expect changes a row in place into what a right reader must see, for what the format
	// cannot carry; nil when it carries all.
	Expect func(h encode.Header, row *referentials.Row)

	// Unordered formats may store rows in another order: they are compared by key.
	Unordered bool

	// Memory is the most bytes a writer may hold on to while it writes 200,000 rows;
	// 0 stands for 8 MiB.
	Memory uint64
}

// Run runs every test of the suite.
func Run(t *testing.T, s Suite) {
	t.Run("Format", s.describes)
	for _, layer := range Layers() {
		if s.Format.Spatial && !layer.Header.Descriptor.HasGeometry() {
			continue
		}
		t.Run("RoundTrip/"+layer.Name, func(t *testing.T) { s.roundTrip(t, layer) })
	}
	t.Run("Empty", s.empty)
	t.Run("Projection", s.projection)
	t.Run("Deterministic", s.deterministic)
	t.Run("WriteErrors", s.writeErrors)
	t.Run("Closed", s.closed)
	t.Run("Streaming", s.streaming)
}

func (s Suite) describes(t *testing.T) {
	f := s.Format
	if f.Name == "" || f.MediaType == "" || f.New == nil {
		t.Errorf("the format lacks its name, media type or constructor: %+v", f)
	}
	for _, ext := range f.Extensions {
		if len(ext) < 2 || ext[0] != '.' {
			t.Errorf("extension %q does not start with a dot", ext)
		}
	}
}

func (s Suite) roundTrip(t *testing.T, layer Layer) {
	data := s.encode(t, layer.Header, layer.Rows)
	got := s.Read(t, data, layer.Header)
	s.compare(t, layer.Header, layer.Rows, got)
}

func (s Suite) empty(t *testing.T) {
	for _, layer := range []Layer{Points(), Table()} {
		if s.Format.Spatial && !layer.Header.Descriptor.HasGeometry() {
			continue
		}
		data := s.encode(t, layer.Header, nil)
		if got := s.Read(t, data, layer.Header); len(got) != 0 {
			t.Errorf("%s: an empty collection reads back as %d rows", layer.Name, len(got))
		}
	}
}

// projection writes the key and two fields of the collection in another order.
func (s Suite) projection(t *testing.T) {
	layer := Points()
	full := layer.Header.Descriptor
	order := []int{full.FieldIndex("nombre"), full.KeyIndex(), full.FieldIndex("texte")}
	layer.Header.Descriptor = full.Clone()
	layer.Header.Descriptor.Fields = nil
	for _, i := range order {
		layer.Header.Descriptor.Fields = append(layer.Header.Descriptor.Fields, full.Fields[i])
	}
	for r := range layer.Rows {
		row := &layer.Rows[r]
		values := make([]referentials.Value, 0, len(order))
		for _, i := range order {
			values = append(values, row.Values[i])
		}
		row.Values = values
	}
	s.roundTrip(t, layer)
}

func (s Suite) deterministic(t *testing.T) {
	for _, layer := range Layers() {
		if s.Format.Spatial && !layer.Header.Descriptor.HasGeometry() {
			continue
		}
		a, b := s.encode(t, layer.Header, layer.Rows), s.encode(t, layer.Header, layer.Rows)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: the same rows give other bytes (%d and %d of them)", layer.Name, len(a), len(b))
		}
	}
}

var errDisk = errors.New("disk full")

// failingWriter takes some bytes, then fails for good.
type failingWriter struct{ left int }

func (w *failingWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		n := w.left
		w.left = 0
		return n, errDisk
	}
	w.left -= len(p)
	return len(p), nil
}

func (s Suite) writeErrors(t *testing.T) {
	layer := Points()
	size := len(s.encode(t, layer.Header, layer.Rows))
	for _, room := range []int{0, 1, size / 2, size - 1} {
		err := s.writeTo(&failingWriter{left: room}, layer.Header, layer.Rows)
		if !errors.Is(err, errDisk) {
			t.Errorf("room for %d of %d bytes: got error %v, want the writer's own", room, size, err)
		}
	}
}

func (s Suite) closed(t *testing.T) {
	layer := Points()
	var out bytes.Buffer
	w, err := s.Format.New(&out, layer.Header)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&layer.Rows[0]); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	size := out.Len()
	if err := w.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
	if err := w.Write(&layer.Rows[0]); !errors.Is(err, encode.ErrClosed) {
		t.Errorf("Write after Close: got %v, want encode.ErrClosed", err)
	}
	if out.Len() != size {
		t.Errorf("%d bytes were written after Close", out.Len()-size)
	}
}

// streaming writes many rows and watches what stays in memory, and that no temporary file
// outlives the writer: when all went well, and when the reader went away.
func (s Suite) streaming(t *testing.T) {
	limit := s.Memory
	if limit == 0 {
		limit = 8 << 20
	}
	for name, out := range map[string]io.Writer{"read to the end": io.Discard, "left early": &failingWriter{left: 100}} {
		scratch := t.TempDir()
		t.Setenv("TMPDIR", scratch)
		err := s.stream(t, out, limit)
		if (err != nil) != (out != io.Discard) {
			t.Errorf("%s: %v", name, err)
		}
		left, err := os.ReadDir(scratch)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range left {
			t.Errorf("%s: %s is left in the folder for temporary files", name, file.Name())
		}
	}
}

func (s Suite) stream(t *testing.T, out io.Writer, limit uint64) error {
	const rows, sampled = 200_000, 20_000
	d := referentials.Descriptor{
		ID: "flux", Key: "id", Geometry: geo.Point, CRS: crs.EPSG(2154),
		Fields: []referentials.Field{
			{Name: "id", Type: referentials.Integer, Role: referentials.Key},
			{Name: "nom", Type: referentials.String},
			{Name: "mesure", Type: referentials.Number},
		},
	}
	before := heap()
	w, err := s.Format.New(out, encode.Header{Descriptor: d, CRS: d.CRS, Matched: rows})
	if err != nil {
		return err
	}
	row := referentials.Row{Values: make([]referentials.Value, 3)}
	for i := range rows {
		row.Values[0] = referentials.IntegerValue(int64(i))
		row.Values[1] = referentials.StringValue("rue de la Monnaie")
		row.Values[2] = referentials.NumberValue(float64(i) / 7)
		row.Geom.Reset()
		row.Geom.Type = geo.Point
		row.Geom.Add(350000+float64(i%1000), 6790000+float64(i/1000))
		if err := w.Write(&row); err != nil {
			return errors.Join(err, w.Close())
		}
		if i%sampled == sampled-1 {
			if held := heap() - before; held > int64(limit) {
				t.Fatalf("after %d rows the writer holds %d KiB, more than %d KiB", i+1, held>>10, limit>>10)
			}
		}
	}
	return w.Close()
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func (s Suite) encode(t *testing.T, h encode.Header, rows []referentials.Row) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := s.writeTo(&out, h, rows); err != nil {
		t.Fatalf("write: %v", err)
	}
	return out.Bytes()
}

// writeTo writes rows as a store hands them out: the same storage for each, overwritten
// as soon as Write has returned.
func (s Suite) writeTo(w io.Writer, h encode.Header, rows []referentials.Row) error {
	out, err := s.Format.New(w, h)
	if err != nil {
		return err
	}
	var shared referentials.Row
	for i := range rows {
		shared.Values = append(shared.Values[:0], rows[i].Values...)
		shared.Geom.CopyFrom(&rows[i].Geom)
		if err = out.Write(&shared); err != nil {
			break
		}
		for j := range shared.Values {
			shared.Values[j] = referentials.StringValue("overwritten")
		}
		for j := range shared.Geom.XY {
			shared.Geom.XY[j] = -1
		}
	}
	// A failed writer is closed all the same, to free what it holds.
	return errors.Join(err, out.Close())
}
