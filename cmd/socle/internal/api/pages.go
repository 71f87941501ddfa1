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
	"strings"

	"socle/referentials"
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
	public    func() *snapshot.Public // what links may lead to
}

type asset struct {
	media string
	body  []byte
	tag   string
}

// assetMedia are the types of assets by extension.
var assetMedia = map[string]string{
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": mediaJSON,
	".png":  "image/png",
	".svg":  "image/svg+xml",
}

func newPages(public func() *snapshot.Public) (*pages, error) {
	p := &pages{public: public, templates: map[string]*template.Template{}, assets: map[string]asset{}}
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

// write answers with a page.
func (p *pages) write(w http.ResponseWriter, name, lang string, b base, data any) error {
	body, err := p.render(name, lang, b, data)
	if err != nil {
		return err
	}
	confine(w.Header())
	return writeBytes(w, mediaHTML, body)
}

func (p *pages) render(name, lang string, b base, data any) ([]byte, error) {
	var out bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&out, "layout", view{name, lang, data, b, p.public()}); err != nil {
		return nil, referentials.Errorf(referentials.Internal, "page %s: %w", name, err)
	}
	return out.Bytes(), nil
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
	confine(w.Header()) // a browser may be sent to a picture alone
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
