package crosswalk

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials/snapshot"
)

// TestPopulationAgreesWithPostGIS puts the people of the 200 m grid onto IRIS as PostGIS
// does in Lambert-93.
func TestPopulationAgreesWithPostGIS(t *testing.T) {
	t.Parallel()
	find := realRennes(t)
	grid, iris := find("carreaux_200m"), find("iris")
	people := grid.Descriptor().FieldIndex("ind")
	var script strings.Builder
	load := func(table string, c *snapshot.Collection, value func(i int) string) {
		fmt.Fprintf(&script, "CREATE TEMP TABLE %s (n int, v float8, g geometry);\nCOPY %[1]s FROM stdin;\n", table)
		for i := range c.Len() {
			g := c.Geometry(i)
			fmt.Fprintf(&script, "%d\t%s\t%s\n", i, value(i), hex.EncodeToString(geo.AppendEWKB(nil, &g, c.Descriptor().CRS.SRID())))
		}
		fmt.Fprintf(&script, "\\.\nUPDATE %s SET g = ST_Transform(g, 2154);\nCREATE INDEX ON %[1]s USING gist (g);\n", table)
	}
	load("grid", grid, func(i int) string { return grid.Value(i, people).String() })
	load("iris", iris, func(int) string { return "0" })
	script.WriteString(`SET extra_float_digits = 3;
SELECT i.n, coalesce(sum(c.v * ST_Area(ST_Intersection(i.g, c.g)) / ST_Area(c.g)), 0)
FROM iris i LEFT JOIN grid c ON ST_Intersects(i.g, c.g) GROUP BY i.n ORDER BY i.n;
`)
	answer := psql(t, script.String())
	m := made(t, Request{Source: grid, Mesh: iris, Method: Area, Base: Total})
	if m.Plane() != crs.EPSG(2154) || len(answer) != m.Cells() {
		t.Fatal(m.Plane(), len(answer), "answers for", m.Cells(), "IRIS")
	}
	most := 0.0
	for k := range m.Cells() {
		got := 0.0
		sources, weights := m.Cell(k)
		for p, i := range sources {
			got += weights[p] * grid.Value(int(i), people).Float()
		}
		_, text, _ := strings.Cut(answer[k], "|")
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		if most = max(most, math.Abs(got-want)); math.Abs(got-want) > 1e-6 {
			t.Errorf("IRIS %d has %v people, PostGIS says %v", k, got, want)
		}
	}
	t.Log("differs by at most", most)
}

// psql runs a script in a database of its own and gives the lines it answers.
func psql(t *testing.T, script string) []string {
	t.Helper()
	dsn := os.Getenv("SOCLE_TEST_POSTGIS")
	if dsn == "" {
		t.Fatal("SOCLE_TEST_POSTGIS is not set: give the address of a scratch PostGIS as superuser, postgres://postgres@127.0.0.1:5432/postgres (make test does)")
	}
	run := func(dsn, script string) string {
		command := exec.Command("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", dsn)
		var told strings.Builder
		command.Stdin, command.Stderr = strings.NewReader(script), &told
		out, err := command.Output()
		if err != nil {
			t.Fatalf("psql: %v\n%s", err, told.String())
		}
		return strings.TrimSpace(string(out))
	}
	name := fmt.Sprintf("socle_crosswalk_%d", os.Getpid())
	run(dsn, "CREATE DATABASE "+name)
	t.Cleanup(func() { run(dsn, "DROP DATABASE "+name+" WITH (FORCE)") })
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return strings.Split(run(u.String(), "CREATE EXTENSION IF NOT EXISTS postgis;\n"+script), "\n")
}
