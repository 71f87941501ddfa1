package source

import (
	"bytes"
	"encoding/binary"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/encoding/unicode"
)

// Format is a file format a reader exists for.
type Format string

// The formats. Unknown is a file no reader takes; the reason says what it looks like.
const (
	Unknown    Format = ""
	CSV        Format = "CSV"
	GeoJSON    Format = "GeoJSON"
	GeoJSONSeq Format = "GeoJSONSeq"
	ODSJSON    Format = "ODSJSON" // Opendatasoft exports, and any array of JSON objects
	GeoPackage Format = "GeoPackage"
	Shapefile  Format = "Shapefile"
	DBase      Format = "dBase" // the table of a shapefile, or any other, alone
	FlatGeobuf Format = "FlatGeobuf"
	GeoParquet Format = "GeoParquet"
)

// String gives the name, "unknown" for Unknown.
func (f Format) String() string {
	if f == Unknown {
		return "unknown"
	}
	return string(f)
}

// IsJSON tells whether package geojson reads the format.
func (f Format) IsJSON() bool { return f == GeoJSON || f == GeoJSONSeq || f == ODSJSON }

// headSize is how much of a file's beginning is looked at to tell its format.
const headSize = 64 << 10

// nameless is the reason for what is neither text nor known.
const nameless = "it is binary data of a kind that is not known"

// signatures are the formats told by their first bytes. A Format of Unknown is one we
// can name but not read.
var signatures = []struct {
	magic  string
	format Format
	reason string
}{
	{"SQLite format 3\x00", GeoPackage, "it begins as an SQLite database"},
	{"fgb\x03fgb", FlatGeobuf, "it begins with FlatGeobuf's magic bytes"},
	{"fgb\x02fgb", FlatGeobuf, "it begins with FlatGeobuf's magic bytes, of a version before"},
	{"PAR1", GeoParquet, "it begins with Parquet's magic bytes"},
	{"\x00\x00\x27\x0a", Shapefile, "it begins with the shapefile code 9994"},
	{"%PDF", Unknown, "it is a PDF document"},
	{"7z\xbc\xaf\x27\x1c", Unknown, "it is a 7-Zip archive: unpack it first"},
	{"BZh", Unknown, "it is compressed with bzip2: unpack it first"},
	{"\xfd7zXZ\x00", Unknown, "it is compressed with xz: unpack it first"},
	{"\x28\xb5\x2f\xfd", Unknown, "it is compressed with zstd: unpack it first"},
	{"Rar!", Unknown, "it is a RAR archive: unpack it first"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Unknown, "it is an old Excel or Word file: save it as CSV"},
}

// Detect tells the format of a file from its first bytes; name, without compression
// suffix, only decides between kinds of text that look alike. The reason says what was
// seen, also for Unknown.
func Detect(name string, head []byte) (Format, string) {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.magic)) {
			if s.format == Shapefile && (len(head) < 32 || binary.LittleEndian.Uint32(head[28:]) != 1000) {
				continue
			}
			return s.format, s.reason
		}
	}
	if isDBase(name, head) {
		return DBase, "it begins as a dBase table"
	}
	if isZip(head) {
		return Unknown, "it is a zip archive inside another file: unpack it first"
	}
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return Unknown, "it is a tar archive: unpack it first"
	}
	text, ok := headText(head, strayControls(name))
	if !ok {
		return Unknown, nameless
	}
	trimmed := bytes.TrimLeft(text, " \t\r\n\ufeff")
	if len(trimmed) == 0 {
		return Unknown, "it holds only blanks"
	}
	switch trimmed[0] {
	case '{', '[', recordSeparator:
		return detectJSON(name, trimmed)
	case '<':
		return Unknown, markup(trimmed)
	}
	if what := exchange(trimmed); what != "" {
		return Unknown, "it is " + what
	}
	return CSV, "it is plain text"
}

// isDBase tells a table by its header, which begins with no magic bytes: the extension has
// to agree.
func isDBase(name string, head []byte) bool {
	if !strings.EqualFold(path.Ext(name), ".dbf") || len(head) < 32 {
		return false
	}
	month, day := head[2], head[3]
	headerSize, rowSize := binary.LittleEndian.Uint16(head[8:]), binary.LittleEndian.Uint16(head[10:])
	return month <= 12 && day <= 31 && headerSize > 32 && rowSize > 0
}

// recordSeparator precedes each text of a JSON text sequence (RFC 7464).
const recordSeparator = 0x1e

// strayControls is how many control characters in a thousand bytes text may have: none, but
// where the name promises text. The rows that hold them are refused, not the file.
func strayControls(name string) int {
	for _, f := range claimed(name) {
		if f == CSV || f.IsJSON() {
			return 1
		}
	}
	return 0
}

// headText gives the head as UTF-8 (or as an ASCII-compatible encoding), false when it
// is not text.
func headText(head []byte, stray int) ([]byte, bool) {
	if order, ok := utf16Order(head); ok {
		dec := unicode.UTF16(order, unicode.UseBOM).NewDecoder()
		text, err := dec.Bytes(head[:len(head)&^1])
		return text, err == nil && utf8.Valid(text)
	}
	const thousand = 1000
	left := stray * (1 + len(head)/thousand)
	for _, c := range head {
		if c < ' ' && !slices.Contains([]byte("\t\n\v\f\r\x1a\x1b\x1e"), c) {
			if left--; left < 0 {
				return nil, false
			}
		}
	}
	return head, true
}

// utf16Order tells UTF-16 by its byte order mark or, without one, by the zero bytes that
// Latin text has at every other place.
func utf16Order(head []byte) (unicode.Endianness, bool) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return unicode.BigEndian, true
	}
	var zeros [2]int
	n := min(len(head), 4096) &^ 1
	for i, c := range head[:n] {
		if c == 0 {
			zeros[i&1]++
		}
	}
	const share = 0.4 // of all places of that parity; accents and signs keep theirs zero too
	switch half := float64(n) / 2; {
	case n >= 16 && zeros[0] == 0 && float64(zeros[1]) > share*half:
		return unicode.LittleEndian, true
	case n >= 16 && zeros[1] == 0 && float64(zeros[0]) > share*half:
		return unicode.BigEndian, true
	}
	return unicode.LittleEndian, false
}

func markup(head []byte) string {
	head = bytes.ToLower(head[:min(len(head), 2048)])
	for _, m := range []struct{ tag, what string }{
		{"<!doctype html", "a web page, perhaps an error page saved as data: download it again"},
		{"<html", "a web page, perhaps an error page saved as data: download it again"},
		{"<kml", "KML"}, {"<osm", "OpenStreetMap XML"}, {"<gpx", "GPX"},
		{"opengis.net/gml", "GML"}, {"featurecollection", "GML"},
	} {
		if bytes.Contains(head, []byte(m.tag)) {
			return "it is " + m.what
		}
	}
	return "it is XML"
}

// exchanges are the plain texts that are no tables.
var exchanges = []struct {
	begins *regexp.Regexp
	what   string
}{
	{regexp.MustCompile(`(?i)^!table\s`), "a MapInfo table (.tab)"},
	{regexp.MustCompile(`(?i)^version\s+\d+\s*\n\s*(charset|delimiter|unique|index|coordsys|transform|columns)\b`), "a MapInfo exchange file (.mif)"},
	{regexp.MustCompile(`^(999\r?\n[^\n]*\n\s*)*0\r?\n\s*SECTION\r?\n`), "an AutoCAD drawing (DXF)"},
	{regexp.MustCompile(`^BOMT 12:`), "an EDIGÉO exchange file"},
}

// exchange names the format of geographic data that text without markup is of, "" for none.
func exchange(text []byte) string {
	for _, e := range exchanges {
		if e.begins.Match(text) {
			return e.what
		}
	}
	return ""
}

// detectJSON looks at the names at the top of a JSON text, which may be cut.
func detectJSON(name string, text []byte) (Format, string) {
	if text[0] == recordSeparator {
		return GeoJSONSeq, "it begins with the record separator of a JSON text sequence"
	}
	if text[0] == '[' {
		return ODSJSON, "it is a JSON array"
	}
	dec := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := dec.ReadToken(); err != nil {
		return ODSJSON, "it is a JSON object"
	}
	feature := false
	for dec.PeekKind() == '"' {
		tok, err := dec.ReadToken()
		if err != nil {
			break
		}
		switch member := tok.String(); member {
		case "features":
			return GeoJSON, `it is a JSON object with "features"`
		case "records", "nhits", "results", "total_count":
			return ODSJSON, "it is a JSON object with \"" + member + "\""
		case "type":
			if tok, err := dec.ReadToken(); err == nil && tok.Kind() == '"' {
				switch t := tok.String(); t {
				case "Feature":
					feature = true
				case "FeatureCollection", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection":
					return GeoJSON, "it is a JSON object of type " + t
				}
			}
			continue
		case "geometry", "properties":
			feature = true
		}
		if dec.SkipValue() != nil {
			break
		}
	}
	_, endErr := dec.ReadToken()
	another := endErr == nil && dec.PeekKind() == '{'
	switch ext := strings.ToLower(path.Ext(name)); {
	case another, feature && slices.Contains([]string{".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".ndgeojson"}, ext):
		if !feature {
			return ODSJSON, "it is a sequence of JSON objects"
		}
		return GeoJSONSeq, "it is a sequence of GeoJSON features"
	case feature:
		return GeoJSON, "it is a GeoJSON feature"
	}
	return ODSJSON, "it is a JSON object"
}

// claimed gives the formats a file name's extension promises, nil when it promises none.
func claimed(name string) []Format {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv", ".txt", ".tab":
		return []Format{CSV}
	case ".json":
		return []Format{GeoJSON, GeoJSONSeq, ODSJSON}
	case ".geojson", ".jsonfg", ".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".ndgeojson":
		return []Format{GeoJSON, GeoJSONSeq, ODSJSON}
	case ".gpkg":
		return []Format{GeoPackage}
	case ".shp":
		return []Format{Shapefile}
	case ".fgb":
		return []Format{FlatGeobuf}
	case ".parquet", ".geoparquet":
		return []Format{GeoParquet}
	}
	return nil
}
