package referentials

import (
	"strings"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
)

func TestCheckRow(t *testing.T) {
	d := Descriptor{ID: "t", Key: "id", Geometry: geo.Point, CRS: crs.EPSG(2154), Fields: []Field{
		{Name: "id", Type: String}, {Name: "n", Type: Integer}, {Name: "j", Type: JSON},
		{Name: "d", Type: Date}, {Name: "t", Type: DateTime}, {Name: "s", Type: String},
	}}
	point := geo.Geometry{Type: geo.Point, XY: []float64{1, 2}}
	day := func(y int, m time.Month, n int) time.Time { return time.Date(y, m, n, 0, 0, 0, 0, time.UTC) }
	days := func(at time.Time) Value { return DateValue(at.Unix() / secondsPerDay) }
	micros := func(at time.Time) Value { return DateTimeValue(at.UnixMicro()) }
	for name, c := range map[string]struct {
		field int
		value Value
		geom  geo.Geometry
		code  Code
	}{
		"good":               {0, StringValue("a"), point, ""},
		"no geometry":        {0, StringValue("a"), geo.Geometry{}, ""},
		"empty key":          {0, StringValue(""), point, ""},
		"longest key":        {0, StringValue(strings.Repeat("k", MaxKeyBytes)), point, ""},
		"null key":           {0, Null, point, Conflict},
		"key too long":       {0, StringValue(strings.Repeat("k", MaxKeyBytes+1)), point, TooLarge},
		"key of other type":  {0, IntegerValue(1), point, Invalid},
		"value of other":     {1, NumberValue(1), point, Invalid},
		"good JSON":          {2, JSONValue(`{"a": [1]}`), point, ""},
		"broken JSON":        {2, JSONValue(`{"a"`), point, Invalid},
		"first day":          {3, days(day(1, 1, 1)), point, ""},
		"last day":           {3, days(day(9999, 12, 31)), point, ""},
		"day before":         {3, days(day(0, 12, 31)), point, Invalid},
		"day after":          {3, days(day(10000, 1, 1)), point, Invalid},
		"first instant":      {4, micros(day(1, 1, 1)), point, ""},
		"last instant":       {4, micros(day(10000, 1, 1).Add(-time.Microsecond)), point, ""},
		"instant before":     {4, micros(day(1, 1, 1).Add(-time.Microsecond)), point, Invalid},
		"instant after":      {4, micros(day(10000, 1, 1)), point, Invalid},
		"zero byte":          {5, StringValue("a\x00b"), point, Invalid},
		"latin-1":            {5, StringValue("All\xe9e"), point, Invalid},
		"another shape":      {0, StringValue("a"), geo.Geometry{Type: geo.LineString, XY: []float64{0, 0, 1, 1}, Ends: []uint32{2}}, Invalid},
		"a shape torn apart": {0, StringValue("a"), geo.Geometry{Type: geo.Point, XY: []float64{1, 2, 3, 4}}, Invalid},
	} {
		row := Row{Values: make([]Value, len(d.Fields)), Geom: c.geom}
		row.Values[0] = StringValue("a")
		row.Values[c.field] = c.value
		if got := CodeOf(d.CheckRow(&row)); got != c.code {
			t.Errorf("%s: code %q, want %q", name, got, c.code)
		}
	}
	if err := d.CheckRow(&Row{Values: make([]Value, 2)}); CodeOf(err) != Invalid {
		t.Errorf("a short row gives %v", err)
	}
	table := d
	table.Geometry = geo.None
	if err := table.CheckRow(&Row{Values: []Value{StringValue("a"), {}, {}, {}, {}, {}}, Geom: point}); CodeOf(err) != Invalid {
		t.Errorf("a geometry in a table gives %v", err)
	}
}
