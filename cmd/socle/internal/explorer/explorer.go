// Package explorer is the page of the map: its scripts, the library they draw with, and
// the menu of what can be shown and asked.
//
//	catalogue ─▶ menu ─▶ state ─▶ question ─▶ /collections/{mesh}/aggregate ─▶ values
//	                       ▲ │                                                   │
//	             permalink ┘ └─▶ panels    map ◀─ classes, legend, table ◀───────┘
//
// The state of the page is one plain object (app/state.js): which layers are shown, one or
// two themes, how their values are cut into classes, what is selected. Everything on the
// screen follows from it, and it is written into the address, so a link gives back the
// whole page; where the map looks is in the fragment, #zoom/lat/lon/bearing/pitch. What
// changes the state goes through one function, which has the panels and the map follow.
//
// Values do not travel with shapes. The cells are the mesh's vector tiles, whose features
// are known by their key; the values come once, as columns, and reach the cells as feature
// states: the number of their class. So changing classes, colours or the part that a
// histogram brushes sends nothing and re-reads no tile, whether there are 50 cells or
// 25,000. Hidden cells are a layer of their own, because hatching is a pattern and patterns
// do not follow states.
//
// The scripts are modules without a framework, typed by comments and checked by `make
// check`. MapLibre GL comes from npm when the program is built; see maplibre/README.md.
// Nothing is loaded from elsewhere, and there is no inline script or style.
package explorer

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"sync"

	"socle/referentials"
)

//go:embed app maplibre
var files embed.FS

// media are the types of files by extension. What has another one is not served.
var media = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".mjs": "text/javascript; charset=utf-8",
}

// library is the script without which there is no map.
const library = "maplibre-gl.mjs"

// File is one of the page's files.
type File struct {
	Media string
	Body  []byte
	gzip  func() []byte
}

// Gzip gives the body compressed as well as can be, which is done once.
func (f File) Gzip() []byte { return f.gzip() }

// App holds the files of the page.
type App struct {
	files map[string]File
	tag   string
}

// New reads the files that the program has in itself.
func New() (*App, error) {
	a := &App{files: map[string]File{}}
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		kind, served := media[path.Ext(name)]
		if err != nil || d.IsDir() || !served {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name)) // to a hash: it never fails
		sum.Write(body)
		a.files[path.Base(name)] = File{kind, body, sync.OnceValue(func() []byte { return squeeze(body) })}
		return nil
	})
	if err != nil {
		return nil, referentials.Errorf(referentials.Internal, "the files of the map: %w", err)
	}
	a.tag = hex.EncodeToString(sum.Sum(nil)[:8])
	return a, nil
}

// Tag names the files as they are: it is in their addresses, so that browsers keep them for
// good.
func (a *App) Tag() string { return a.tag }

// Complete tells whether MapLibre GL was there when the program was built.
func (a *App) Complete() bool {
	_, ok := a.files[library]
	return ok
}

// File gives a file by its name.
func (a *App) File(name string) (File, bool) {
	f, ok := a.files[name]
	return f, ok
}

func squeeze(body []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil { // writing to memory does not fail
		return nil
	}
	return out.Bytes()
}
