package api

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var downloadPattern = regexp.MustCompile(`<a class="button quiet" href="(http[^"]*/items\?f=[^"]*)"[^>]*>([^<]*)</a>`)

// TestDownloads has the page of a collection lead to all its features, not to a first page of
// ten, and say so where there are more than a page may have.
func TestDownloads(t *testing.T) {
	for _, test := range []struct {
		limit string
		max   int
		note  string
	}{
		{"&limit=10000", 0, ""},
		{"&limit=20", 20, "The first 20 features of 25. All of them, page after page, with GDAL: ogr2ogr adresses.gpkg OAPIF:http://socle.test/ adresses"},
	} {
		a := open(t, func(c *Config) { c.MaxLimit = test.max })
		page := ask(t, a, "/collections/adresses?f=html", "Accept-Language", "en").Body.String()
		var titles []string
		for _, m := range downloadPattern.FindAllStringSubmatch(page, -1) {
			titles = append(titles, m[2])
			href := html.UnescapeString(m[1])
			if !strings.HasSuffix(href, test.limit) {
				t.Errorf("%s downloads %s", m[2], href)
			}
			if w := ask(t, a, strings.TrimPrefix(href, "http://socle.test")); w.Code != http.StatusOK || w.Header().Get("OGC-NumberReturned") != strings.TrimPrefix(strings.Replace(test.limit, "10000", "25", 1), "&limit=") {
				t.Errorf("%s: %d, %s features", href, w.Code, w.Header().Get("OGC-NumberReturned"))
			}
		}
		if want := []string{"GeoJSON", "JSON-FG", "GeoJSON Text Sequences", "CSV", "FlatGeobuf", "GeoPackage", "GeoParquet"}; !slices.Equal(titles, want) {
			t.Errorf("downloads are %q, want %q", titles, want)
		}
		text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "")
		if test.note != "" && !strings.Contains(text, test.note) || test.note == "" && strings.Contains(text, "ogr2ogr") {
			t.Errorf("at most %d features: %s", test.max, text)
		}
	}
}
