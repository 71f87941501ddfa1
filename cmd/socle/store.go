package main

import (
	"context"
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

// openStore opens the store that a URL names.
func openStore(ctx context.Context, url string) (referentials.Store, error) {
	switch {
	case strings.HasPrefix(url, "gpkg:"):
		return gpkg.Open(ctx, strings.TrimPrefix(url, "gpkg:"))
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return postgis.Open(ctx, url, postgis.Options{})
	}
	scheme, _, _ := strings.Cut(url, ":")
	return nil, referentials.Errorf(referentials.Invalid, "no store is of kind %q", scheme).
		At("--store").Do("write gpkg:FILE or postgres://USER@HOST/DATABASE")
}
