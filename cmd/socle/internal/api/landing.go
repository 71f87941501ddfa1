package api

import (
	"net/http"

	"socle/referentials/encode"
)

// classes are the parts of standards that are implemented.
var classes = []string{
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
}

type landingDocument struct {
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Links       []encode.Link `json:"links"`
}

func (a *API) landing(w http.ResponseWriter, r *http.Request) error {
	p := a.public()
	document := func(b base, lang string) any {
		return &landingDocument{
			Title:       textIn(lang, a.config.Title),
			Description: textIn(lang, a.config.Description),
			Links: append(documentLinks(b.url(), r),
				encode.Link{Href: b.url("api"), Rel: "service-desc", Type: mediaOpenAPI, Title: say(lang, "Description de l'API (OpenAPI 3.0)", "API description (OpenAPI 3.0)")},
				encode.Link{Href: b.url("api.html"), Rel: "service-doc", Type: "text/html", Title: say(lang, "Documentation de l'API", "API documentation")},
				encode.Link{Href: b.url("conformance"), Rel: "conformance", Type: mediaJSON, Title: say(lang, "Standards implémentés", "Standards implemented")},
				encode.Link{Href: b.url("collections"), Rel: "data", Type: mediaJSON, Title: "Collections"},
				encode.Link{Href: b.url("map"), Rel: "related", Type: "text/html", Title: say(lang, "Carte", "Map")},
			),
		}
	}
	return a.document(w, r, p.Tag(), document, func(b base, lang string) (string, any) {
		d, _ := document(b, lang).(*landingDocument)
		return "landing", landingPage{d, describeAll(p, b, lang)}
	})
}

// say gives a text of the program in a language.
func say(lang, fr, en string) string {
	if lang == "en" {
		return en
	}
	return fr
}

// documentLinks gives self and alternate of a document that has documentFormats.
func documentLinks(address string, r *http.Request) []encode.Link {
	chosen, err := negotiate(r, documentFormats)
	if err != nil {
		chosen = &documentFormats[0]
	}
	var links []encode.Link
	for i := range documentFormats {
		f := &documentFormats[i]
		l := encode.Link{Href: address + "?f=" + f.name, Rel: "alternate", Type: plain(f.media), Title: f.title}
		if f == chosen {
			l.Rel = "self"
			links = append([]encode.Link{l}, links...)
			continue
		}
		links = append(links, l)
	}
	return links
}

type conformanceDocument struct {
	ConformsTo []string `json:"conformsTo"`
}

func (a *API) conformance(w http.ResponseWriter, r *http.Request) error {
	document := &conformanceDocument{classes}
	return a.document(w, r, "conformance", func(base, string) any { return document },
		func(base, string) (string, any) { return "conformance", document })
}
