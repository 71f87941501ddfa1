package api

import (
	"net/http"
	"net/url"
	"strings"

	"socle/imu/aggregate"
	"socle/referentials/encode"
)

// shownRows bounds the table of figures on a page; the downloads have them all.
const shownRows = 200

// releasePage is figures on a mesh for people: how they were made, their beginning, and
// where all of them are.
type releasePage struct {
	Title   string
	Mesh    string
	MeshIs  string // its title
	Columns []column
	Rows    [][]cell
	Total   int
	Receipt []receiptLine
	Map     string
	Formats []encode.Link
}

type receiptLine struct {
	Text  string
	Under bool // it belongs to the line before
}

func (a *API) releasePage(w http.ResponseWriter, r *http.Request, lang string, release *aggregate.Release) error {
	b, err := a.base(r)
	if err != nil {
		return err
	}
	d, table := release.Descriptor(), release.Table
	page := &releasePage{Title: titleOf(&d, lang), Mesh: table.Collection(), MeshIs: textIn(lang, release.Receipt.Mesh.Title), Total: table.RowLen()}
	for i := range d.Fields {
		page.Columns = append(page.Columns, columnOf(&d.Fields[i], lang))
	}
	for row, err := range table.Rows() {
		if err != nil {
			return err
		}
		cells := make([]cell, len(d.Fields))
		for i := range d.Fields {
			cells[i] = cellOf(&d.Fields[i], row.Values[i], lang)
		}
		if page.Rows = append(page.Rows, cells); len(page.Rows) == shownRows {
			break
		}
	}
	for line := range strings.SplitSeq(release.Receipt.Text(lang), "\n") {
		if text := strings.TrimSpace(line); text != "" {
			page.Receipt = append(page.Receipt, receiptLine{text, line[0] == ' '})
		}
	}
	asked := r.URL.Query()
	address := b.path("collections", page.Mesh, "aggregate")
	for i := range releaseFormats {
		if f := &releaseFormats[i]; f.name != "html" && (f.rows == nil || !f.rows.Spatial || d.HasGeometry()) {
			page.Formats = append(page.Formats, encode.Link{Href: with(address, asked, "f", f.name), Rel: "alternate", Type: plain(f.media), Title: f.title})
		}
	}
	page.Map = mapOf(b, page.Mesh, asked)
	return a.pages.write(w, "release", lang, b, page)
}

// mapOf gives the explorer on the same question; "" for what it does not draw, one figure
// for each of several categories or periods.
func mapOf(b base, mesh string, asked url.Values) string {
	shown := url.Values{"mesh": {mesh}}
	for name, values := range asked {
		switch name {
		case "source", "measure", "method", "filter", "profile", "weights", "weight", "field":
			shown[name] = values
		case "f":
		default:
			return ""
		}
	}
	return b.path("map") + "?" + shown.Encode()
}
