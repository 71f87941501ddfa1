package gpkg

import (
	"context"
	"errors"

	"socle/referentials"
	"socle/referentials/sqlite"
)

func errClosed(path string) error {
	return referentials.Errorf(referentials.Unavailable, "the store is closed").At("%s", path)
}

// explain turns what SQLite says into an error a person can act on. The end of the
// context and errors that already speak to people go through.
func (s *Store) explain(ctx context.Context, err error) error {
	var failure *sqlite.Error
	var told *referentials.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errPoolClosed):
		return errClosed(s.path)
	case errors.As(err, &told):
		return err
	case !errors.As(err, &failure):
		return err
	}
	if failure.Primary() == sqlite.Interrupted && ctx.Err() != nil {
		return ctx.Err()
	}
	e := referentials.Errorf(referentials.Internal, "%w", err).At("%s", s.path)
	switch failure.Primary() {
	case sqlite.Busy, sqlite.Locked:
		e.Code, e.What = referentials.Unavailable, "another program keeps the file locked"
		e.Hint = "close it, or end its editing session, and try again"
	case sqlite.ReadOnlyError:
		e.Code, e.What = referentials.Unavailable, "the file cannot be written: "+failure.Message
		e.Hint = "give the right to write it and its folder"
	case sqlite.NotADatabase:
		e.Code, e.What = referentials.Invalid, "the file is not a GeoPackage, nor any SQLite database"
		e.Hint = "name a GeoPackage, or a file that is not there yet"
	case sqlite.Corrupt:
		e.Code, e.What = referentials.Unavailable, "the file is damaged: "+failure.Message
		e.Hint = "restore a copy of it, or recover it with sqlite3's .recover"
	case sqlite.CantOpen:
		e.Code, e.What = referentials.Unavailable, "the file cannot be opened: "+failure.Message
		e.Hint = "check the path and the rights on the file and its folder"
	case sqlite.Full:
		e.Code, e.What = referentials.Unavailable, "the disk is full"
		e.Hint = "make room and try again: nothing was changed"
	case sqlite.IOError:
		e.Code, e.What = referentials.Unavailable, "the disk fails: "+failure.Message
	}
	return e
}

func noCollection(id string) error {
	return referentials.Errorf(referentials.NotFound, "there is no such collection").At("collection %s", id).Do("socle collections lists them")
}

func noVersion(id string, version int64) error {
	return referentials.Errorf(referentials.NotFound, "version %d is not kept", version).At("collection %s", id).Do("socle collections %s lists those that are", id)
}
