package socle

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// policy says which of our packages each package may import, tests included. A trailing
// "/..." allows everything below. It is the table of docs/architecture.md: change both.
var policy = map[string][]string{
	".": {},

	"geo":           {},
	"geo/crs":       {},
	"geo/topology":  {"geo"},
	"geo/index":     {"geo"},
	"geo/gpb":       {"geo"},
	"geo/voronoi":   {},
	"geo/orderstat": {},
	"geo/workers":   {},

	"referentials":         {"geo", "geo/crs"},
	"referentials/catalog": {"geo", "geo/crs", "referentials"},

	"referentials/importer/source":     {"geo", "geo/crs", "referentials"},
	"referentials/importer/csv":        {"geo", "geo/crs", "referentials", "referentials/importer/source"},
	"referentials/importer/geojson":    {"geo", "geo/crs", "referentials", "referentials/importer/source"},
	"referentials/importer/shapefile":  {"geo", "geo/crs", "referentials", "referentials/importer/source"},
	"referentials/importer/flatgeobuf": {"geo", "geo/crs", "referentials", "referentials/importer/source"},
	"referentials/importer/geoparquet": {"geo", "geo/crs", "referentials", "referentials/importer/source"},
	"referentials/importer/geopackage": {"geo", "geo/crs", "geo/gpb", "referentials", "referentials/gpkgfile", "referentials/importer/source", "referentials/sqlite"},
	"referentials/importer/gdal":       {"geo", "geo/crs", "referentials", "referentials/importer/source"},
	"referentials/importer/ephemeral":  {"geo", "referentials", "referentials/importer", "referentials/importer/source", "referentials/snapshot"},
	"referentials/importer":            {"geo", "geo/crs", "geo/topology", "referentials", "referentials/catalog", "referentials/importer/..."},

	"referentials/encode":            {"geo", "geo/crs", "referentials"},
	"referentials/encode/encodetest": {"geo", "geo/crs", "referentials", "referentials/encode"},
	"referentials/encode/geojson":    {"geo", "geo/crs", "referentials", "referentials/encode", "referentials/encode/encodetest"},
	"referentials/encode/jsonfg":     {"geo", "geo/crs", "referentials", "referentials/encode", "referentials/encode/encodetest", "referentials/encode/geojson"},
	"referentials/encode/geojsonseq": {"geo", "geo/crs", "referentials", "referentials/encode", "referentials/encode/encodetest", "referentials/encode/geojson"},
	"referentials/encode/csv":        {"geo", "geo/crs", "referentials", "referentials/encode", "referentials/encode/encodetest"},
	"referentials/encode/flatgeobuf": {"geo", "geo/crs", "referentials", "referentials/encode", "referentials/encode/encodetest"},
	"referentials/encode/geoparquet": {"geo", "geo/crs", "referentials", "referentials/encode", "referentials/encode/encodetest"},
	"referentials/encode/geopackage": {"geo", "geo/crs", "geo/gpb", "referentials", "referentials/encode", "referentials/encode/encodetest", "referentials/gpkgfile", "referentials/sqlite"},

	"referentials/store/storetest": {"geo", "geo/crs", "referentials"},
	"referentials/store/postgis":   {"geo", "geo/crs", "migrations", "referentials", "referentials/store/storetest"},
	"referentials/store/gpkg":      {"geo", "geo/crs", "geo/gpb", "referentials", "referentials/gpkgfile", "referentials/sqlite", "referentials/store/storetest"},

	"referentials/sqlite":   {},
	"referentials/gpkgfile": {"geo", "geo/crs", "geo/gpb", "referentials", "referentials/sqlite"},

	"referentials/filter":      {"geo", "geo/crs", "geo/topology", "referentials"},
	"referentials/filter/cql2": {"geo", "geo/crs", "referentials", "referentials/filter"},
	"referentials/filter/eval": {"geo", "geo/crs", "geo/topology", "referentials", "referentials/filter", "referentials/filter/cql2", "referentials/filter/sql", "referentials/importer/geopackage", "referentials/importer/source", "referentials/snapshot", "referentials/store/storetest", "migrations"},
	"referentials/filter/sql":  {"geo", "geo/crs", "referentials", "referentials/filter", "referentials/filter/cql2", "referentials/filter/eval", "referentials/importer/geopackage", "referentials/importer/source", "referentials/snapshot", "referentials/store/postgis"},
	"referentials/query":       {"geo", "geo/crs", "referentials", "referentials/filter", "referentials/filter/cql2", "referentials/filter/eval", "referentials/snapshot"},

	"referentials/address":      {"geo", "geo/crs", "referentials", "referentials/snapshot"},
	"referentials/address/bulk": {"referentials", "referentials/address"},
	"referentials/snapshot":     {"geo", "geo/crs", "geo/index", "referentials", "referentials/store/storetest"},
	"referentials/synth":        {"geo", "geo/crs", "geo/topology", "geo/index", "referentials"},

	"imu/blocks":     {"imu/parallel", "geo", "geo/crs", "geo/index", "geo/topology", "geo/voronoi", "referentials", "referentials/catalog", "referentials/importer", "referentials/importer/...", "referentials/snapshot", "referentials/synth"},
	"imu/parallel":   {"geo/workers"},
	"imu/crosswalk":  {"imu/parallel", "geo", "geo/crs", "geo/index", "geo/topology", "referentials", "referentials/catalog", "referentials/importer", "referentials/importer/...", "referentials/snapshot"},
	"imu/disclosure": {"referentials"},
	"imu/links":      {"geo", "geo/crs", "geo/index", "geo/topology", "referentials", "referentials/importer", "referentials/importer/ephemeral", "referentials/snapshot"},
	"imu/morphology": {"imu/parallel", "geo", "geo/crs", "geo/index", "geo/topology", "referentials", "referentials/catalog", "referentials/importer", "referentials/snapshot"},
	"imu/aggregate": {"imu/parallel", "geo", "geo/crs", "geo/orderstat", "geo/topology", "imu/crosswalk", "imu/disclosure", "referentials", "referentials/catalog", "referentials/encode", "referentials/encode/...",
		"referentials/filter", "referentials/filter/cql2", "referentials/filter/eval", "referentials/importer", "referentials/snapshot", "referentials/synth"},

	"migrations": {},

	"tiles":         {"geo", "geo/crs", "geo/orderstat", "geo/workers", "referentials", "referentials/snapshot", "tiles/arcs", "tiles/mvt"},
	"tiles/arcs":    {"geo/workers"},
	"tiles/cache":   {"geo", "geo/crs", "geo/index", "referentials", "referentials/snapshot", "tiles"},
	"tiles/mvt":     {"geo"},
	"tiles/matrix":  {"geo/crs", "referentials"},
	"tiles/pmtiles": {"referentials"},
	"tiles/style":   {"geo", "referentials", "referentials/catalog"},

	"imu/theme": {"geo", "geo/crs", "imu/aggregate", "imu/crosswalk", "imu/disclosure", "referentials", "referentials/address", "referentials/filter", "referentials/query", "referentials/snapshot"},

	"cmd/socle":                   {"cmd/socle/internal/...", "geo/...", "migrations", "referentials", "referentials/...", "tiles/...", "imu/..."},
	"cmd/socle/internal/admin":    {},
	"cmd/socle/internal/jobs":     {"referentials"},
	"cmd/socle/internal/wire":     {},
	"cmd/socle/internal/explorer": {"imu/theme", "referentials", "referentials/snapshot", "tiles"},
	"cmd/socle/internal/formats":  {"geo/crs", "referentials/encode", "referentials/encode/..."},
	"cmd/socle/internal/api": {"cmd/socle/internal/explorer", "cmd/socle/internal/formats", "cmd/socle/internal/jobs", "cmd/socle/internal/wire", "geo", "geo/crs", "referentials", "referentials/catalog", "referentials/encode", "referentials/encode/...",
		"referentials/address", "referentials/address/bulk", "referentials/filter", "referentials/filter/cql2", "referentials/query", "referentials/snapshot", "tiles", "tiles/...", "imu/aggregate", "imu/theme"},
}

// forbidden lists outside packages that a package must not reach, by the rule of the
// table's last column. Keys match a package and all below it.
var forbidden = map[string][]string{
	"geo":                     {"net/http", "database/sql", "github.com/jackc/pgx", "modernc.org/sqlite", "log"},
	"referentials/catalog":    {"net/http", "database/sql", "github.com/jackc/pgx"},
	"referentials/importer":   {"net/http", "github.com/jackc/pgx"},
	"referentials/encode":     {"net/http", "github.com/jackc/pgx"},
	"referentials/filter":     {"net/http", "database/sql"},
	"referentials/query":      {"net/http", "database/sql", "github.com/jackc/pgx"},
	"referentials/address":    {"net/http", "database/sql", "github.com/jackc/pgx"},
	"referentials/snapshot":   {"net/http", "database/sql", "github.com/jackc/pgx"},
	"referentials/store/gpkg": {"net/http", "github.com/jackc/pgx"},
	"referentials/synth":      {"net/http", "database/sql", "github.com/jackc/pgx"},
	"tiles":                   {"net/http", "database/sql", "github.com/jackc/pgx"},
	"imu":                     {"net/http", "database/sql", "github.com/jackc/pgx"},
}

// topLevel is every folder the root may have.
var topLevel = []string{"cmd", "docs", "geo", "imu", "migrations", "referentials", "testdata", "tiles"}

func TestLayout(t *testing.T) {
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if file != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || name == "bin" || name == "var") {
				return fs.SkipDir
			}
			if file != "." && !strings.Contains(filepath.ToSlash(file), "/") && !slices.Contains(topLevel, name) {
				t.Errorf("folder %s is not one of %v", name, topLevel)
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		pkg := path.Dir(filepath.ToSlash(file))
		allowed, ok := policy[pkg]
		if !ok {
			t.Errorf("package %s is not in the policy of layout_test.go", pkg)
			return nil
		}
		f, err := parser.ParseFile(fset, file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			checkImport(t, file, pkg, allowed, spec.Path.Value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImport(t *testing.T, file, pkg string, allowed []string, quoted string) {
	t.Helper()
	imported, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if ours, ok := strings.CutPrefix(imported, "socle/"); ok {
		if ours != pkg && !slices.ContainsFunc(allowed, func(a string) bool { return within(a, ours) }) {
			t.Errorf("%s: package %s must not import %s", file, pkg, imported)
		}
		return
	}
	for owner, list := range forbidden {
		if pkg != owner && !strings.HasPrefix(pkg, owner+"/") {
			continue
		}
		for _, f := range list {
			if imported == f || strings.HasPrefix(imported, f+"/") {
				t.Errorf("%s: package %s must not import %s", file, pkg, imported)
			}
		}
	}
}

func within(pattern, pkg string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	return pattern == pkg
}
