package api

import (
	"net/http"
	"slices"

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
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/schemas",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/advanced-property-roles",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/references",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/returnables-and-receivables",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/sortables",
	// The same as clients of the features standard's drafts look for them.
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/core-roles-features",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/advanced-property-roles",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/references",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/returnables-and-receivables",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/sortables",
	"http://www.opengis.net/spec/ogcapi-features-6/1.0/conf/properties",
	"http://www.opengis.net/spec/ogcapi-features-6/1.0/conf/properties-features",
	"http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sorting",
	"http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sortables",
	"http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/features-sorting",
	"http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
	"http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
	"http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
	"http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
	// The name of basic-spatial-functions before the standard was final: QGIS looks for it.
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-operators",
	"http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/array-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/property-property",
	"http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
	"http://www.opengis.net/spec/cql2/1.0/conf/functions",
}

type landingDocument struct {
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Links       []encode.Link `json:"links"`
}

func (a *API) landing(w http.ResponseWriter, r *http.Request) error {
	p := a.public()
	document := func(b base, lang string) any {
		doc := &landingDocument{
			Title:       textIn(lang, a.config.Title),
			Description: textIn(lang, a.config.Description),
			Links: append(documentLinks(b.url(), r),
				encode.Link{Href: b.url("api"), Rel: "service-desc", Type: mediaOpenAPI, Title: say(lang, "Description de l'API (OpenAPI 3.0)", "API description (OpenAPI 3.0)")},
				encode.Link{Href: b.url("api.html"), Rel: "service-doc", Type: "text/html", Title: say(lang, "Documentation de l'API", "API documentation")},
				encode.Link{Href: b.url("conformance"), Rel: "conformance", Type: mediaJSON, Title: say(lang, "Standards implémentés", "Standards implemented")},
				encode.Link{Href: b.url("collections"), Rel: "data", Type: mediaJSON, Title: "Collections"},
				encode.Link{Href: b.url("functions"), Rel: "http://www.opengis.net/def/rel/ogc/1.0/functions", Type: mediaJSON, Title: say(lang, "Fonctions des filtres", "Functions of filters")},
				encode.Link{Href: b.url("map"), Rel: "related", Type: "text/html", Title: say(lang, "Carte", "Map")},
			),
		}
		if a.tiles != nil {
			doc.Links = append(doc.Links, tileRoots(b, lang)...)
		}
		if a.config.Jobs != nil {
			doc.Links = append(doc.Links, processRoots(b, lang)...)
		}
		return doc
	}
	return a.document(w, r, p.Tag(), document, func(b base, lang string) (string, any) {
		d, _ := document(b, lang).(*landingDocument)
		return "landing", landingPage{d, a.describeAll(p, b, lang)}
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
	document := &conformanceDocument{slices.Clone(classes)}
	if a.tiles != nil {
		document.ConformsTo = append(document.ConformsTo, tileClasses...)
	}
	if a.config.Jobs != nil {
		document.ConformsTo = append(document.ConformsTo, processClasses...)
	}
	return a.document(w, r, "conformance", func(base, string) any { return document },
		func(base, string) (string, any) { return "conformance", document })
}
