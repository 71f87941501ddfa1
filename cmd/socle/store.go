package main

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"socle/referentials"
	"socle/referentials/store/gpkg"
	"socle/referentials/store/postgis"
)

// keepStore refuses an output that would replace the file the store is in.
func (m *Main) keepStore(flag, output string) error {
	if path, ok := strings.CutPrefix(m.cli.Store, "gpkg:"); ok && sameFile(path, output) {
		return &usageError{referentials.Errorf(referentials.Invalid, "it would replace the store itself").
			At("%s %s", flag, output).Do("write to another file")}
	}
	return nil
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// storeAbsent tells whether a store is a file that is not there.
func storeAbsent(store string) bool {
	path, embedded := strings.CutPrefix(store, "gpkg:")
	if !embedded || path == "" {
		return false
	}
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// openStore opens the store that a URL names.
func openStore(ctx context.Context, store string) (referentials.Store, error) {
	path, embedded := strings.CutPrefix(store, "gpkg:")
	switch {
	case embedded && path == "":
		return nil, &usageError{referentials.Errorf(referentials.Invalid, "gpkg: names no file").
			At("--store").Do("write gpkg:FILE, such as gpkg:var/socle.gpkg")}
	case embedded:
		return gpkg.Open(ctx, path)
	case strings.HasPrefix(store, "postgres://"), strings.HasPrefix(store, "postgresql://"):
		return postgis.Open(ctx, store, postgis.Options{})
	}
	scheme, _, _ := strings.Cut(store, ":")
	return nil, &usageError{referentials.Errorf(referentials.Invalid, "no store is of kind %q", scheme).
		At("--store").Do("write gpkg:FILE or postgres://USER@HOST/DATABASE")}
}

// redact hides the passwords in what names a store. What cannot be read as a URL is hidden
// but for its scheme, since a password may be what makes it unreadable.
func redact(store string) string {
	scheme, _, ok := strings.Cut(store, "://")
	if !ok {
		return store
	}
	u, err := url.Parse(store)
	if err != nil {
		return scheme + "://…"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	if q := u.Query(); q.Has("password") || q.Has("sslpassword") {
		q.Del("password")
		q.Del("sslpassword")
		u.RawQuery = q.Encode()
	}
	return u.String()
}
