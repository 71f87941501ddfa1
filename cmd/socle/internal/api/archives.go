package api

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"socle/referentials"
	"socle/tiles/pmtiles"
)

// archives are PMTiles files served beside the collections, by the names of the files.
type archives map[string]*pmtiles.File

// newArchives tells apart files of the same name. A collection of an archive's name keeps
// its other pages; its tiles are those of the archive.
func newArchives(files []*pmtiles.File) (archives, error) {
	all := archives{}
	for _, f := range files {
		if all[f.Name()] != nil {
			return nil, referentials.Errorf(referentials.Conflict, "two archives of tiles are named %q", f.Name()).Do("rename one of the files")
		}
		all[f.Name()] = f
	}
	return all, nil
}

func (a *API) archiveTileJSON(w http.ResponseWriter, r *http.Request, f *pmtiles.File) error {
	if _, err := parseQuery(r.URL.RawQuery); err != nil {
		return err
	}
	b, err := a.base(r)
	if err != nil {
		return err
	}
	if fresh(w, r, a.etag(f.Tag(), "tilejson")) {
		return nil
	}
	return writeJSON(w, mediaTileJSON, f.TileJSON(tilesURL(b, []string{f.Name()})+"/{z}/{x}/{y}.mvt"))
}

// archiveTile answers with a tile as the archive has it, or decompressed for a client that
// does not take it so.
func (a *API) archiveTile(w http.ResponseWriter, r *http.Request, f *pmtiles.File, last string) error {
	if _, err := parseQuery(r.URL.RawQuery); err != nil {
		return err
	}
	var numbers [3]uint32
	for i, s := range []string{chi.URLParam(r, "a"), chi.URLParam(r, "b"), last} {
		n, err := tileNumberOf(s)
		if err != nil {
			return err
		}
		numbers[i] = n
	}
	body, encoding, err := f.Tile(numbers[0], numbers[1], numbers[2])
	if err != nil {
		return err
	}
	if fresh(w, r, a.etag(f.Tag(), "mvt")) {
		return nil
	}
	codings := codingsOf(r.Header["Accept-Encoding"])
	switch {
	case len(body) == 0:
		w.WriteHeader(http.StatusNoContent)
		return nil
	case encoding == "":
	case codings.take(encoding):
		w.Header().Set("Content-Encoding", encoding)
	default:
		if body, err = f.Plain(body); err != nil {
			return err
		}
	}
	return writeBytes(w, mediaMVT, body)
}
