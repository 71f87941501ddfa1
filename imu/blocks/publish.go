package blocks

import (
	"math"
	"slices"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/catalog"
)

// carried are the fields of a zone that its blocks take over.
var carried = []string{"code_insee", "code_iris"}

// Carried tells them, for reading the zone.
func Carried() []string { return slices.Clone(carried) }

// Publication gives the blocks as a collection: its description, that of the catalog for
// what is known here, and its rows. zone describes where they are; plane is the system
// they were built in.
func (r *Result) Publication(id string, zone *referentials.Descriptor, in *Input, plane crs.CRS) (referentials.Descriptor, referentials.Rows) {
	d := describe(id, zone, plane)
	columns := make([]func(*Block) referentials.Value, len(d.Fields))
	for i := range d.Fields {
		columns[i] = valueOf(d.Fields[i].Name, in)
	}
	return d, func(yield func(*referentials.Row, error) bool) {
		row := referentials.Row{Values: make([]referentials.Value, len(d.Fields))}
		for k := range r.Blocks {
			block := &r.Blocks[k]
			for i := range columns {
				row.Values[i] = columns[i](block)
			}
			row.Geom = geo.Geometry{Type: geo.MultiPolygon, XY: block.Shape.XY, Ends: block.Shape.Ends, Parts: block.Shape.Parts}
			if !yield(&row, nil) {
				return
			}
		}
	}
}

// describe takes the fields of the catalog that are filled here.
func describe(id string, zone *referentials.Descriptor, plane crs.CRS) referentials.Descriptor {
	d, _ := catalog.Lookup("imu")
	filled := []string{"id_imu", "zone", "nature", "perimetre", "surface", "nb_batiments", "emprise_bati", "ces"}
	for _, name := range carried {
		if zone.FieldIndex(name) >= 0 {
			filled = append(filled, name)
		}
	}
	d.Fields = slices.DeleteFunc(d.Fields, func(f referentials.Field) bool { return !slices.Contains(filled, f.Name) })
	if k := d.FieldIndex("zone"); k >= 0 {
		d.Fields[k].Role, d.Fields[k].Refers = referentials.Ref, zone.ID
	}
	d.ID, d.CRS, d.Mesh = id, plane, true
	d.Producer, d.Licence, d.Vintage = "", zone.Licence, zone.Vintage
	if d.Access = zone.Access; d.Access == "" {
		d.Access = referentials.Open
	}
	d.Tiles.Fields = slices.DeleteFunc(d.Tiles.Fields, func(name string) bool { return d.FieldIndex(name) < 0 })
	return d
}

func valueOf(field string, in *Input) func(*Block) referentials.Value {
	number := func(of func(*Block) float64) func(*Block) referentials.Value {
		return func(b *Block) referentials.Value { return referentials.NumberValue(of(b)) }
	}
	switch field {
	case "id_imu":
		return func(b *Block) referentials.Value { return referentials.StringValue(b.ID) }
	case "zone":
		return func(b *Block) referentials.Value { return referentials.StringValue(in.Zone.Features[b.Unit].ID) }
	case "nature":
		return func(b *Block) referentials.Value { return referentials.StringValue(string(b.Nature)) }
	case "surface":
		return number(func(b *Block) float64 { return math.Round(b.Area*1e4) / 1e4 })
	case "perimetre":
		return number(func(b *Block) float64 { return math.Round(b.Perimeter*1e3) / 1e3 })
	case "nb_batiments", "emprise_bati", "ces":
		if in.Buildings == nil {
			return func(*Block) referentials.Value { return referentials.Null }
		}
	}
	switch field {
	case "nb_batiments":
		return func(b *Block) referentials.Value { return referentials.IntegerValue(int64(b.Buildings)) }
	case "emprise_bati":
		return number(func(b *Block) float64 { return math.Round(b.Footprint*1e4) / 1e4 })
	case "ces":
		return number(func(b *Block) float64 { return math.Round(b.Footprint/b.Area*1e6) / 1e6 })
	}
	column := slices.Index(in.Zone.Fields, field)
	return func(b *Block) referentials.Value {
		if f := &in.Zone.Features[b.Unit]; column >= 0 && column < len(f.Values) && f.Values[column] != "" {
			return referentials.StringValue(f.Values[column])
		}
		return referentials.Null
	}
}
