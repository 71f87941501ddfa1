package importer

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/csv"
	"socle/referentials/importer/source"
)

// delimited is a delimited file with what recognising it has added.
type delimited struct {
	*csv.Reader
	names []string // of the columns of a file without header, nil otherwise
	known *known
	notes []string
}

// Fields gives the columns under the names the known format gives them.
func (d *delimited) Fields() []source.Field {
	fields := d.Reader.Fields()
	if len(d.names) != len(fields) {
		return fields
	}
	for i := range fields {
		fields[i].Name = d.names[i]
	}
	return fields
}

// Notes adds what was recognised to what the reader tells.
func (d *delimited) Notes() []string { return append(d.Reader.Notes(), d.notes...) }

// openDelimited opens delimited text: as it looks at first sight, then again where that
// look or a known format says that it is to be read another way.
func openDelimited(ctx context.Context, f *source.File, opt *Options) (source.Source, error) {
	encoding, err := opt.encoding()
	if err != nil {
		return nil, err
	}
	o := csv.Options{Encoding: encoding}
	if o.Delimiter, err = opt.delimiter(); err != nil {
		return nil, err
	}
	r, err := csv.Open(ctx, f, o)
	if err != nil {
		return nil, err
	}
	d := &delimited{Reader: r}
	if g := r.Ragged(); g.LeadingUnnamed {
		o.Encoding, o.RowNames = r.Encoding(), true
		if err := d.openRowNames(ctx, f, o, g); err != nil {
			return nil, err
		}
	}
	if !r.HasHeader() {
		return d, d.nameColumns(ctx, opt.As)
	}
	g := d.Geometry()
	columns := slices.Concat(namesOf(d.Fields()), g.Columns, g.Repeats)
	d.known = recognise(columns, d.HasGeometry(), opt.As)
	return d, d.useGeometry(ctx, f, o, columns)
}

// openRowNames reads the file as one whose rows begin with a name that the header leaves
// out, if the names are the numbers of the rows, as R writes them.
func (d *delimited) openRowNames(ctx context.Context, f *source.File, o csv.Options, g csv.Ragged) error {
	r, err := csv.Open(ctx, f, o)
	if err != nil {
		return err
	}
	const looked = 500
	for rec, err := range r.Records(ctx) {
		if err != nil {
			return err
		}
		if rec.Number > looked {
			break
		}
		if rec.Err == nil && (len(rec.Values) == 0 || rec.Values[0].Str() != strconv.FormatInt(rec.Number, 10)) {
			return nil // not row names: the rows are as ragged as they seem
		}
	}
	d.Reader = r
	d.notes = append(d.notes, fmt.Sprintf("rows have %d values under %d names: the first value is the row's number, which the header leaves out (as R writes tables); it is read as %s",
		g.Header+1, g.Header, r.Fields()[0].Name))
	return nil
}

// nameColumns recognises a file without header by what its rows hold.
func (d *delimited) nameColumns(ctx context.Context, as string) error {
	const looked = 200
	var rows [][]string
	for rec, err := range d.Records(ctx) {
		if err != nil {
			return err
		}
		if rec.Number > looked {
			break
		}
		cells := make([]string, len(rec.Values))
		for i, v := range rec.Values {
			cells[i] = v.String()
		}
		rows = append(rows, cells)
	}
	for _, k := range knownFormats() {
		if len(k.header) == len(d.Reader.Fields()) && (as == "" || as == k.collection) && mostRows(rows, k.looks) {
			d.names, d.known = k.header, &k
			d.notes = append(d.notes, fmt.Sprintf("its columns are named as those of %s, which its rows look like", k.id))
			return nil
		}
	}
	return nil
}

func mostRows(rows [][]string, looks func([]string) bool) bool {
	n := 0
	for _, cells := range rows {
		if looks(cells) {
			n++
		}
	}
	return n > 0 && float64(n) >= mostly*float64(len(rows))
}

// useGeometry reads the geometry from the columns that the known format says, where the
// reader has found others.
func (d *delimited) useGeometry(ctx context.Context, f *source.File, o csv.Options, columns []string) error {
	if d.known == nil {
		return nil
	}
	g := csv.Geometry{Kind: csv.XY, CRS: d.known.place.crs}
	wanted := []string{d.known.place.x, d.known.place.y}
	if d.known.shape != "" {
		g = csv.Geometry{Kind: csv.WKT, CRS: d.Geometry().CRS}
		wanted = []string{d.known.shape}
	}
	for _, want := range wanted {
		if i := slices.IndexFunc(columns, func(c string) bool { return fold(c) == want }); i >= 0 {
			g.Columns = append(g.Columns, columns[i])
		}
	}
	found := d.Geometry()
	if len(g.Columns) < len(wanted) || slices.Equal(found.Columns, g.Columns) && found.CRS == g.CRS {
		return nil
	}
	o.Encoding, o.Geometry = d.Encoding(), &g
	r, err := csv.Open(ctx, f, o)
	if err != nil {
		return err
	}
	d.Reader = r
	return nil
}

// assumed gives the system that the way the geometry is written prescribes.
func (d *delimited) assumed() crs.CRS {
	if d.Geometry().Kind == csv.GeoJSON {
		return crs.CRS84
	}
	return crs.CRS{}
}

// whence tells where the system of the coordinates is known from.
func (d *delimited) whence() string {
	switch g := d.Geometry(); {
	case g.CRS == crs.CRS{}:
		return ""
	case len(g.Columns) == 2:
		return fmt.Sprintf("columns %s and %s", g.Columns[0], g.Columns[1])
	case len(g.Columns) == 1:
		return "column " + g.Columns[0]
	}
	return ""
}

func namesOf(fields []source.Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// delimiter reads the delimiter asked for, 0 when none was.
func (opt *Options) delimiter() (byte, error) {
	switch opt.Delimiter {
	case "":
		return 0, nil
	case "tab", `\t`:
		return '\t', nil
	}
	if len(opt.Delimiter) != 1 {
		return 0, referentials.Errorf(referentials.Invalid, "%q is no delimiter", opt.Delimiter).Do("give one character, or tab")
	}
	return opt.Delimiter[0], nil
}
