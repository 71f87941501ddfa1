package api

import (
	"strconv"

	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/snapshot"
)

// itemPage is one feature.
type itemPage struct {
	ID, Title, Key string
	Label          string // what people call it, its key when it has no label
	Cells          []itemCell
	Geometry       string
	Map            string // the map page at its place, "" when it has none
	Features       string // the feature as GeoJSON in longitude and latitude
	Formats        []encode.Link
}

type itemCell struct {
	column
	Value cell
}

func newItemPage(c *snapshot.PublicCollection, fid string, shown *projection, row *referentials.Row, b base, lang string, links []encode.Link) *itemPage {
	d := &shown.descriptor
	out := &itemPage{ID: d.ID, Title: titleOf(d, lang), Key: fid, Label: fid, Formats: linksOf(links, "alternate")}
	for i := range d.Fields {
		out.Cells = append(out.Cells, itemCell{columnOf(&d.Fields[i], lang), cellOf(&d.Fields[i], row.Values[i], lang)})
	}
	if i := d.LabelIndex(); i >= 0 && row.Values[i].String() != "" {
		out.Label = row.Values[i].String()
	}
	if row.Geom.IsNull() {
		return out
	}
	out.Geometry = row.Geom.Type.String()
	out.Features = b.path("collections", d.ID, "items", fid) + "?f=json"
	if i, ok := c.Find(fid); ok {
		if box := c.Box(i); box.Min[0] <= box.Max[0] {
			lon, lat := (box.Min[0]+box.Max[0])/2, (box.Min[1]+box.Max[1])/2
			out.Map = with(b.path("map"), nil, "collections", d.ID) +
				"#17/" + strconv.FormatFloat(lat, 'f', 5, 64) + "/" + strconv.FormatFloat(lon, 'f', 5, 64)
		}
	}
	return out
}
