package geopackage

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"socle/referentials"
	"socle/referentials/gpkgfile"
	"socle/referentials/importer/source"
	"socle/referentials/sqlite"
)

// database is a GeoPackage opened to be read.
type database struct {
	*sqlite.Conn
	file    *source.File
	cleanup func() // of the copy that a packed file was spilled to
}

func openDatabase(ctx context.Context, f *source.File) (*database, error) {
	path, cleanup, err := f.Materialise(ctx)
	if err != nil {
		return nil, err
	}
	db := &database{file: f, cleanup: cleanup}
	address, err := readOnly(path)
	if err == nil {
		db.Conn, err = sqlite.Open(address, sqlite.ReadOnly|sqlite.URI)
	}
	if err != nil {
		cleanup()
		return nil, db.explain(ctx, err)
	}
	is, err := gpkgfile.Is(db.Conn)
	if err == nil && !is {
		err = referentials.Errorf(referentials.Invalid, "it is an SQLite database, but not a GeoPackage").
			Do("convert it with ogr2ogr -f GPKG, if GDAL reads it")
	}
	if err != nil {
		return nil, errors.Join(db.explain(ctx, err), db.Close())
	}
	return db, nil
}

// Close frees the file.
func (db *database) Close() error {
	err := db.Conn.Close()
	db.cleanup()
	return err
}

// walModes is what bytes 18 and 19 of the file say of a database in WAL mode.
const walModes = "\x02\x02"

// readOnly gives the address by which SQLite reads a file and leaves nothing beside it.
// A database in WAL mode makes SQLite write two files, even to read it; when there is no
// log whose commits would be missed, it is declared immutable instead.
func readOnly(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	modes := make([]byte, len(walModes))
	query := "mode=ro"
	if _, err := f.ReadAt(modes, 18); err == nil && string(modes) == walModes {
		if log, err := os.Stat(path + "-wal"); err != nil || log.Size() == 0 {
			query += "&immutable=1"
		}
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query}).String(), nil
}

// explain says of which file and what to do.
func (db *database) explain(ctx context.Context, err error) error {
	var failure *sqlite.Error
	var told *referentials.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &told):
		if told.Where == "" {
			return told.At("%s", db.file.Path())
		}
		return err
	case !errors.As(err, &failure):
		return referentials.Errorf(referentials.Invalid, "%w", err).At("%s", db.file.Path())
	case failure.Primary() == sqlite.Interrupted && ctx.Err() != nil:
		return ctx.Err()
	}
	e := referentials.Errorf(referentials.Invalid, "it cannot be read: %w", err).At("%s", db.file.Path())
	switch failure.Primary() {
	case sqlite.NotADatabase:
		e.What = "it is not a GeoPackage, nor any SQLite database"
	case sqlite.Corrupt, sqlite.IOError:
		e.What = "the file is damaged: " + failure.Message
		e.Hint = "the copy or the download was cut short, perhaps; fetch it again"
	case sqlite.Busy, sqlite.Locked:
		e.Code, e.What = referentials.Unavailable, "another program keeps the file locked"
		e.Hint = "end its editing session and try again"
	case sqlite.CantOpen, sqlite.ReadOnlyError:
		e.Code, e.What = referentials.Unavailable, "it cannot be opened: "+failure.Message
		e.Hint = "copy it, with its -wal file if it has one, to a folder that can be written"
	}
	return e
}
