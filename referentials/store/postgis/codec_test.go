package postgis

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// codecDescriptor has a field of every type.
func codecDescriptor(shape geo.Type) referentials.Descriptor {
	d := referentials.Descriptor{ID: "codec", Class: referentials.Reference, Access: referentials.Open, Key: "id", Geometry: shape}
	if shape != geo.None {
		d.CRS = crs.EPSG(2154)
	}
	for _, t := range []referentials.FieldType{referentials.Integer, referentials.String, referentials.Number, referentials.Boolean,
		referentials.Date, referentials.DateTime, referentials.JSON, referentials.String} {
		d.Fields = append(d.Fields, referentials.Field{Name: fmt.Sprint(t, len(d.Fields)), Type: t})
	}
	d.Key = d.Fields[0].Name
	return d
}

func anyValue(t *rapid.T, f referentials.FieldType) referentials.Value {
	if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
		return referentials.Null
	}
	switch f {
	case referentials.Integer:
		return referentials.IntegerValue(rapid.Int64().Draw(t, "integer"))
	case referentials.Number:
		return referentials.NumberValue(rapid.Float64().Draw(t, "number"))
	case referentials.Boolean:
		return referentials.BooleanValue(rapid.Bool().Draw(t, "boolean"))
	case referentials.Date:
		return referentials.DateValue(rapid.Int64Range(-719162, 2932896).Draw(t, "date"))
	case referentials.DateTime:
		return referentials.DateTimeValue(rapid.Int64Range(-62135596800000000, 253402300799999999).Draw(t, "datetime"))
	case referentials.JSON:
		return referentials.JSONValue(rapid.SampledFrom([]string{`{}`, `[1, "é"]`, `{"a": {"b": null}}`}).Draw(t, "json"))
	}
	return referentials.StringValue(rapid.String().Draw(t, "string"))
}

func anyShape(t *rapid.T) (g geo.Geometry) {
	coordinate := rapid.Float64Range(-1e7, 1e7)
	switch n := rapid.IntRange(0, 3).Draw(t, "vertices"); n {
	case 0:
	case 1:
		g.Type = geo.Point
		g.Add(coordinate.Draw(t, "x"), coordinate.Draw(t, "y"))
	default:
		g.Type = geo.MultiLineString
		for range n {
			for range n {
				g.Add(coordinate.Draw(t, "x"), coordinate.Draw(t, "y"))
			}
			g.EndRing()
		}
	}
	return g
}

func equal(a, b *referentials.Row) bool {
	return slices.EqualFunc(a.Values, b.Values, func(v, w referentials.Value) bool { return v == w }) && a.Geom.Type == b.Geom.Type &&
		slices.Equal(a.Geom.XY, b.Geom.XY) && slices.Equal(a.Geom.Ends, b.Geom.Ends) && slices.Equal(a.Geom.Parts, b.Geom.Parts)
}

// TestCodec checks that what is encoded is decoded, however the stream is cut.
func TestCodec(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := codecDescriptor(rapid.SampledFrom([]geo.Type{geo.None, geo.Any}).Draw(t, "geometry"))
		var want []referentials.Row
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			var r referentials.Row
			for _, f := range d.Fields {
				r.Values = append(r.Values, anyValue(t, f.Type))
			}
			if d.HasGeometry() {
				r.Geom = anyShape(t)
			}
			want = append(want, r)
		}
		stream := bytes.Join(tuples(&d, func(yield func(*referentials.Row, error) bool) {
			for i := range want {
				if !yield(&want[i], nil) {
					return
				}
			}
		}), nil)
		got := 0
		dec := newDecoder(&d, func(r *referentials.Row) bool {
			if !equal(r, &want[got]) {
				t.Fatalf("row %d is %v, want %v", got, r, want[got])
			}
			got++
			return true
		})
		for len(stream) > 0 {
			n := rapid.IntRange(1, len(stream)).Draw(t, "cut")
			if _, err := dec.Write(stream[:n]); err != nil {
				t.Fatal(err)
			}
			stream = stream[n:]
		}
		if err := dec.finish(); err != nil || got != len(want) {
			t.Fatalf("%d rows, %v", got, err)
		}
	})
}

// TestDecoderRefuses checks that a broken stream is an error, never a wrong row.
func TestDecoderRefuses(t *testing.T) {
	d := codecDescriptor(geo.None)
	d.Fields = d.Fields[:2]
	good := string(bytes.Join(tuples(&d, func(yield func(*referentials.Row, error) bool) {
		yield(&referentials.Row{Values: []referentials.Value{referentials.IntegerValue(1), referentials.StringValue("é")}}, nil)
	}), nil))
	for what, stream := range map[string]string{
		"another format":  "PGCOPX" + good[6:],
		"unknown flags":   good[:11] + "\x00\x01\x00\x00" + good[15:],
		"a huge header":   good[:15] + "\x7f\xff\xff\xff" + good[19:],
		"other columns":   good[:len(copyHeader)] + "\x00\x03" + good[len(copyHeader)+2:],
		"a short integer": good[:len(copyHeader)+2] + "\x00\x00\x00\x04" + good[len(copyHeader)+6:],
		"a huge cell":     good[:len(copyHeader)+2] + "\x7f\xff\xff\xff" + good[len(copyHeader)+6:],
		"more to come":    good + "\x00",
		"no trailer":      good[:len(good)-2],
		"half a row":      good[:len(good)-4],
		"half a header":   good[:5],
		"nothing":         "",
	} {
		dec := newDecoder(&d, func(*referentials.Row) bool { return true })
		_, err := dec.Write([]byte(stream))
		if err == nil {
			err = dec.finish()
		}
		if err == nil {
			t.Errorf("%s is read without an error", what)
		}
	}
	dec := newDecoder(&d, func(*referentials.Row) bool { return true })
	if _, err := dec.Write([]byte(good)); err != nil || dec.finish() != nil || dec.rows != 1 {
		t.Errorf("the good stream gives %v, %v, %d rows", err, dec.finish(), dec.rows)
	}
}

// TestScalarBeyond checks that what no format carries is read as null.
func TestScalarBeyond(t *testing.T) {
	inf := appendInt64(nil, int64(math.Float64bits(math.Inf(-1))))[4:]
	for of, b := range map[referentials.FieldType][]byte{
		referentials.Number:   inf,
		referentials.Date:     {0x7f, 0xff, 0xff, 0xff},
		referentials.DateTime: {0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		if v, err := scalar(of, b); err != nil || !v.IsNull() {
			t.Errorf("an infinite %s is %v, %v", of, v, err)
		}
	}
}

// FuzzDecoder checks that no stream makes the decoder panic, and that the way a stream is
// cut changes nothing.
func FuzzDecoder(f *testing.F) {
	d := codecDescriptor(geo.Any)
	empty := referentials.Row{Values: make([]referentials.Value, len(d.Fields))}
	full := referentials.Row{Geom: geo.Geometry{Type: geo.Point, XY: []float64{1, 2}}, Values: []referentials.Value{
		referentials.IntegerValue(1), referentials.StringValue("a"), referentials.NumberValue(.5), referentials.BooleanValue(true),
		referentials.DateValue(1), referentials.DateTimeValue(1), referentials.JSONValue("{}"), referentials.StringValue("")}}
	f.Add(bytes.Join(tuples(&d, func(yield func(*referentials.Row, error) bool) { _ = yield(&empty, nil) && yield(&full, nil) }), nil), 3)
	f.Fuzz(func(t *testing.T, stream []byte, cut int) {
		read := func(pieces ...[]byte) (rows []referentials.Row, err error) {
			dec := newDecoder(&d, func(r *referentials.Row) bool {
				rows = append(rows, referentials.Row{Values: slices.Clone(r.Values), Geom: r.Geom.Clone()})
				return true
			})
			for _, p := range pieces {
				if _, err := dec.Write(bytes.Clone(p)); err != nil {
					return rows, err
				}
			}
			return rows, dec.finish()
		}
		whole, err := read(stream)
		if cut < 0 || cut > len(stream) {
			return
		}
		parts, partErr := read(stream[:cut], stream[cut:])
		if (err == nil) != (partErr == nil) || len(whole) != len(parts) {
			t.Fatalf("whole: %d rows, %v; cut at %d: %d rows, %v", len(whole), err, cut, len(parts), partErr)
		}
		for i := range whole {
			// NaN is not itself: compare what is written.
			if a, b := fmt.Sprint(whole[i]), fmt.Sprint(parts[i]); a != b {
				t.Fatalf("row %d: %s, cut %s", i, a, b)
			}
		}
	})
}

// TestFold checks that folded edits do what the edits do one by one.
func TestFold(t *testing.T) {
	d := referentials.Descriptor{ID: "t", Key: "id", Fields: []referentials.Field{
		{Name: "id", Type: referentials.Integer}, {Name: "n", Type: referentials.Integer}}}
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SliceOfNDistinct(rapid.Int64Range(0, 5), 0, 4, rapid.ID).Draw(t, "keys")
		var plain, folded []referentials.Row
		for _, k := range start {
			r := referentials.Row{Values: []referentials.Value{referentials.IntegerValue(k), referentials.IntegerValue(-1)}}
			plain, folded = append(plain, r), append(folded, r)
		}
		var changes []referentials.Change
		for i := range rapid.IntRange(0, 12).Draw(t, "changes") {
			k := referentials.IntegerValue(rapid.Int64Range(0, 5).Draw(t, "key"))
			c := referentials.Change{Op: referentials.Delete, Key: k}
			if rapid.Bool().Draw(t, "upsert") {
				c.Op, c.Row = referentials.Upsert, referentials.Row{Values: []referentials.Value{k, referentials.IntegerValue(int64(i))}}
				plain = put(plain, &c.Row)
			} else {
				plain = take(plain, k)
			}
			changes = append(changes, c)
		}
		deletes, upserts, err := fold(&d, changes)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range deletes {
			folded = take(folded, k)
		}
		for _, r := range upserts {
			folded = put(folded, r)
		}
		if !slices.EqualFunc(plain, folded, func(a, b referentials.Row) bool { return equal(&a, &b) }) {
			t.Fatalf("%v become %v, one by one %v", changes, folded, plain)
		}
	})
}

func take(rows []referentials.Row, key referentials.Value) []referentials.Row {
	return slices.DeleteFunc(rows, func(r referentials.Row) bool { return r.Values[0] == key })
}

func put(rows []referentials.Row, r *referentials.Row) []referentials.Row {
	i := slices.IndexFunc(rows, func(o referentials.Row) bool { return o.Values[0] == r.Values[0] })
	if i < 0 {
		return append(rows, *r)
	}
	rows[i] = *r
	return rows
}
