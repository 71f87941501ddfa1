// Package encode is the contract of output formats: rows in, bytes out, streaming and
// deterministic. Each format is a package of its own below this one and knows nothing of
// HTTP or the snapshot; the program lists them in one table.
package encode

import (
	"errors"
	"io"

	"socle/geo/crs"
	"socle/referentials"
)

// Header is what an encoder needs to know before the first row.
type Header struct {
	// Descriptor of the rows that will come: its Fields are exactly the values of each
	// row, in order. A projection of a collection has a projected descriptor.
	Descriptor referentials.Descriptor
	CRS        crs.CRS // of the rows' coordinates, x y order
	Matched    int64   // rows that match in all, -1 when not known
	Links      []Link  // written by formats that have a place for them
	TimeStamp  string  // RFC 3339, written by formats that have a place for it; "" leaves it out

	// KeyIsID leaves the key out of the properties of formats in which a feature has an id
	// beside them: it was not asked for as a property.
	KeyIsID bool

	// YFirst has formats with an AxisOrder written as an authority that puts y first
	// writes, as OGC API Features asks of crs=EPSG:4326. Rows stay x, y.
	YFirst bool
}

// Link is a typed web link.
type Link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// Writer writes the rows of one answer. Close completes the output; it does not close
// the underlying io.Writer.
//
// An error of Write or Close is final: later calls give it again. Closing twice is
// harmless.
type Writer interface {
	Write(*referentials.Row) error
	Close() error
}

// ErrClosed is what Write gives after Close.
var ErrClosed = errors.New("the output is closed already")

// Format is one output format.
type Format struct {
	Name       string   // the value of f=: "geojson", "csv"
	MediaType  string   // "application/geo+json"
	Extensions []string // of files, with the dot: ".geojson"
	Spatial    bool     // it can only hold layers, not tables
	AxisOrder  bool     // coordinates follow Header.YFirst; in the other formats x is always first
	New        func(w io.Writer, h Header) (Writer, error)

	// Feature appends one row as a document of its own, with the header's links; nil for
	// formats that know collections only.
	Feature func(dst []byte, h Header, row *referentials.Row) ([]byte, error)
}
