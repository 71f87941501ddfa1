package api

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"socle/cmd/socle/internal/formats"
	"socle/referentials"
	"socle/referentials/encode"
)

// media types of what is not an encode.Format.
const (
	mediaJSON     = "application/json"
	mediaHTML     = "text/html; charset=utf-8"
	mediaProblem  = "application/problem+json"
	mediaOpenAPI  = "application/vnd.oai.openapi+json;version=3.0"
	mediaMVT      = "application/vnd.mapbox-vector-tile"
	mediaTileJSON = "application/json"
)

// format is a form that a resource can be asked for in.
type format struct {
	name  string // of f=
	media string
	title string // of links
	also  string // a vaguer media type that asks for it too: any GeoJSON is JSON
	rows  *encode.Format
}

// documentFormats are the forms of everything but features.
var documentFormats = []format{
	{name: "json", media: mediaJSON, title: "JSON"},
	{name: "html", media: mediaHTML, title: "HTML"},
}

// featureFormats are the forms of features: the first is the default, the page for people
// comes next, then what the table of formats holds.
var featureFormats = featureTable(formats.All())

// formatTitles are the names of formats in links, where they are not the name in capitals.
var formatTitles = map[string]string{
	"geojson": "GeoJSON", "jsonfg": "JSON-FG", "geojsonseq": "GeoJSON Text Sequences", "fgb": "FlatGeobuf", "gpkg": "GeoPackage", "parquet": "GeoParquet",
}

func featureTable(all []encode.Format) []format {
	var table []format
	for i := range all {
		f := format{name: all[i].Name, media: all[i].MediaType, title: formatTitles[all[i].Name], rows: &all[i]}
		if f.title == "" {
			f.title = strings.ToUpper(f.name)
		}
		if f.name == "geojson" {
			f.name, f.also = "json", mediaJSON // as the standard's own examples call it
			table = append(table, f, format{name: "html", media: mediaHTML, title: "HTML"})
			continue
		}
		table = append(table, f)
	}
	return table
}

// plain gives a media type without its parameters, as links write it; OpenAPI's version
// belongs to its name.
func plain(media string) string {
	name, _, _ := strings.Cut(media, ";")
	return name
}

// negotiate chooses among formats: f= decides, then Accept; the first one is given to
// clients that ask for nothing in particular.
func negotiate(r *http.Request, formats []format) (*format, error) {
	if name := formatAsked(r.URL.RawQuery); name != "" {
		for i := range formats {
			f := &formats[i]
			if f.name == name || f.rows != nil && f.rows.Name == name {
				return f, nil
			}
		}
		names := make([]string, len(formats))
		for i := range formats {
			names[i] = formats[i].name
		}
		return nil, referentials.Errorf(referentials.Invalid, "there is no format %q here", name).
			At("parameter f").Do("use one of: %s", strings.Join(names, ", "))
	}
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if quality(accept, "") < 0 { // nothing in it can be read
		return &formats[0], nil
	}
	var best *format
	bestQ := 0.0
	for i := range formats {
		f := &formats[i]
		q := quality(accept, f.media)
		if f.also != "" {
			q = max(q, quality(accept, f.also))
		}
		if q > bestQ {
			best, bestQ = f, q
		}
	}
	if best == nil {
		offers := make([]string, len(formats))
		for i := range formats {
			offers[i] = plain(formats[i].media)
		}
		return nil, &statusError{http.StatusNotAcceptable,
			referentials.Errorf(referentials.Unsupported, "there is nothing here of the type %.100q", accept).
				At("header Accept").Do("ask for one of: %s", strings.Join(offers, ", "))}
	}
	return best, nil
}

// formatAsked gives the value of f= in a query. Names of formats are plain letters.
func formatAsked(query string) string {
	for pair := range strings.SplitSeq(query, "&") {
		if name, asked := strings.CutPrefix(pair, "f="); asked {
			return name
		}
	}
	return ""
}

// quality gives how much an Accept header wants a media type, from 0 to 1; a more precise
// range counts over a vaguer one. It is negative when the header names no type at all.
func quality(accept, media string) float64 {
	media, _, _ = strings.Cut(media, ";")
	kind, _, _ := strings.Cut(media, "/")
	q, precision := -1.0, -1
	for part := range strings.SplitSeq(accept, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil || !strings.Contains(name, "/") || len(name) < 3 {
			continue
		}
		q = max(q, 0)
		p := -1
		switch name {
		case media:
			p = 2
		case kind + "/*":
			p = 1
		case "*/*":
			p = 0
		}
		if p <= precision {
			continue
		}
		weight := 1.0
		if v, ok := params["q"]; ok {
			if weight, err = strconv.ParseFloat(v, 64); err != nil || weight < 0 || weight > 1 {
				continue
			}
		}
		q, precision = weight, p
	}
	return q
}

// language chooses between French, the first language of the service, and English.
func language(r *http.Request) string {
	fr, en := 0.0, 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, weight, weighed := strings.Cut(part, ";")
		tag = strings.TrimSpace(tag)
		q := 1.0
		if weighed {
			var err error
			if q, err = strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64); err != nil {
				continue
			}
		}
		switch primary, _, _ := strings.Cut(strings.ToLower(tag), "-"); primary {
		case "fr":
			fr = max(fr, q)
		case "en":
			en = max(en, q)
		}
	}
	if en > fr {
		return "en"
	}
	return "fr"
}

// textIn gives a text in a language, or in the other one when it has only that.
func textIn(lang string, t referentials.Text) string {
	if lang == "en" && t.EN != "" || t.FR == "" {
		return t.EN
	}
	return t.FR
}
