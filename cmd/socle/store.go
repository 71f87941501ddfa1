package main

import (
	"context"
	"strings"

	"socle/referentials"
	"socle/referentials/store/gpkg"
	"socle/referentials/store/postgis"
)

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
