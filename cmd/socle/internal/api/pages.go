package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/snapshot"
)

//go:embed assets
var assetFiles embed.FS

//go:embed templates
var templateFiles embed.FS

// pages are the web pages and what they load, read once from the program itself.
type pages struct {
	templates map[string]*template.Template // by name; each with the layout
	assets    map[string]asset
}

type asset struct {
	media string
	body  []byte
	tag   string
}

// assetMedia are the types of assets by extension.
var assetMedia = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func newPages() (*pages, error) {
	p := &pages{templates: map[string]*template.Template{}, assets: map[string]asset{}}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".html")
		if base == "layout" {
			continue
		}
		t, err := template.ParseFS(templateFiles, "templates/layout.html", name)
		if err != nil {
			return nil, referentials.Errorf(referentials.Internal, "page %s: %w", base, err)
		}
		p.templates[base] = t
	}
	files, err := fs.Glob(assetFiles, "assets/*")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		body, err := fs.ReadFile(assetFiles, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		p.assets[path.Base(name)] = asset{assetMedia[path.Ext(name)], body, hex.EncodeToString(sum[:8])}
	}
	return p, nil
}

// view is what a template sees.
type view struct {
	Lang string
	Data any
	base base
}

// Say chooses between the languages of the page.
func (v view) Say(fr, en string) string { return say(v.Lang, fr, en) }

// Path gives a link within the site. It has no origin, so that pages work under whatever
// name the browser knows us by.
func (v view) Path(segments ...string) string { return v.base.path(segments...) }

// Count writes a whole number with thin spaces between thousands.
func (v view) Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// write answers with a page.
func (p *pages) write(w http.ResponseWriter, name, lang string, b base, data any) error {
	var out bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&out, "layout", view{lang, data, b}); err != nil {
		return referentials.Errorf(referentials.Internal, "page %s: %w", name, err)
	}
	return writeBytes(w, mediaHTML, out.Bytes())
}

func (a *API) asset(w http.ResponseWriter, r *http.Request) error {
	name, err := pathValue(r, "name")
	if err != nil {
		return err
	}
	file, ok := a.pages.assets[name]
	if !ok {
		return notFound(w, r)
	}
	if fresh(w, r, `W/"`+file.tag+`"`) {
		return nil
	}
	return writeBytes(w, file.media, file.body)
}

// fixedPage answers with a page that depends on nothing but the language.
func (a *API) fixedPage(w http.ResponseWriter, r *http.Request, name string, data any, tag string) error {
	b, err := a.base(r)
	if err != nil {
		return err
	}
	lang := language(r)
	w.Header().Add("Vary", "Accept-Language")
	w.Header().Set("Content-Language", lang)
	if fresh(w, r, a.etag(name, tag, lang)) {
		return nil
	}
	return a.pages.write(w, name, lang, b, data)
}

// mapPage draws the layers. What it shows is the business of its script, which reads it
// from the query and the fragment.
func (a *API) mapPage(w http.ResponseWriter, r *http.Request) error {
	return a.fixedPage(w, r, "map", nil, "")
}

func (a *API) apiPage(w http.ResponseWriter, r *http.Request) error {
	p := a.public()
	var ids []string
	for _, c := range p.Collections() {
		ids = append(ids, c.ID())
	}
	return a.fixedPage(w, r, "api", apiPage{a.config.DefaultLimit, a.config.MaxLimit, ids, formatNames(), a.tiles != nil}, p.Tag())
}

func formatNames() []string {
	var names []string
	for _, f := range featureFormats {
		names = append(names, f.name)
	}
	return names
}

type apiPage struct {
	Default, Max int
	IDs, Formats []string
	Tiles        bool
}

type landingPage struct {
	Landing     *landingDocument
	Collections []*collectionDocument
}

type collectionPage struct {
	Doc        *collectionDocument
	Descriptor *referentials.Descriptor
	lang       string
}

// Title gives the title of a field, "" when it has none of its own.
func (p collectionPage) Title(f referentials.Field) string { return textIn(p.lang, f.Title) }

// Formats gives the links to the features, by format.
func (p collectionPage) Formats() []encode.Link { return linksOf(p.Doc.Links, "items") }

// Self gives the links to the document itself.
func (p collectionPage) Self() []encode.Link { return linksOf(p.Doc.Links, "alternate") }

func linksOf(links []encode.Link, rel string) []encode.Link {
	var out []encode.Link
	for _, l := range links {
		if l.Rel == rel {
			out = append(out, l)
		}
	}
	return out
}

// itemsPage is a table of features.
type itemsPage struct {
	ID, Title         string
	Fields            []string
	Rows              []itemRow
	From, To, Matched int
	Next, Prev        string
	Formats           []encode.Link
}

type itemRow struct {
	Key   string
	Cells []string
}

func newItemsPage(p *page, links []encode.Link) *itemsPage {
	d := p.collection.Descriptor()
	out := &itemsPage{
		ID: d.ID, Title: titleOf(d, p.lang), From: p.offset + 1, To: p.offset + p.count, Matched: p.matched,
		Formats: linksOf(links, "alternate"),
	}
	for _, l := range linksOf(links, "next") {
		out.Next = l.Href
	}
	for _, l := range linksOf(links, "prev") {
		out.Prev = l.Href
	}
	for i := range d.Fields {
		out.Fields = append(out.Fields, d.Fields[i].Name)
	}
	var row referentials.Row
	k := d.KeyIndex()
	for n := range p.count {
		p.read(n, &row)
		cells := make([]string, len(row.Values))
		for i, v := range row.Values {
			cells[i] = v.String()
		}
		out.Rows = append(out.Rows, itemRow{row.Values[k].String(), cells})
	}
	return out
}

// itemPage is one feature.
type itemPage struct {
	ID, Title, Key string
	Cells          []itemCell
	Geometry       string
	Map            string // fragment of the map page, "" when it has no place
	Formats        []encode.Link
}

type itemCell struct{ Name, Title, Value, Unit string }

func newItemPage(c *snapshot.PublicCollection, fid string, row *referentials.Row, b base, lang string, links []encode.Link) *itemPage {
	d := c.Descriptor()
	out := &itemPage{ID: d.ID, Title: titleOf(d, lang), Key: fid, Formats: linksOf(links, "alternate")}
	for i := range d.Fields {
		f := &d.Fields[i]
		out.Cells = append(out.Cells, itemCell{f.Name, textIn(lang, f.Title), row.Values[i].String(), f.Unit})
	}
	if row.Geom.IsNull() {
		return out
	}
	out.Geometry = row.Geom.Type.String()
	if i, ok := c.Find(fid); ok {
		if box := c.Box(i); box.Min[0] <= box.Max[0] {
			lon, lat := (box.Min[0]+box.Max[0])/2, (box.Min[1]+box.Max[1])/2
			out.Map = with(b.path("map"), nil, "collections", d.ID) +
				"#17/" + strconv.FormatFloat(lat, 'f', 5, 64) + "/" + strconv.FormatFloat(lon, 'f', 5, 64)
		}
	}
	return out
}
