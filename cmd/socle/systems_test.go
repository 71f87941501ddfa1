package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"socle/geo/crs"
)

// layersOfSystems are stored in a conic zone, in Lambert-93, in degrees, and in European
// metres written y first.
var layersOfSystems = []string{"adresses", "bdtopo_batiment", "geneva_addresses", "carreaux_200m", "iris"}

// systemsAgainstOracles asks for coordinates in every system that is offered and compares
// them with those of PROJ's own program, and boxes in each with PostGIS.
func systemsAgainstOracles(t *testing.T, base, dsn string) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	random := rand.New(rand.NewPCG(1, 2))
	for _, id := range layersOfSystems {
		doc := getJSON(t, base+"/collections/"+id)
		stored := mustParse(t, doc["storageCrs"].(string))
		original := vertices(t, base, id, stored)
		offered := doc["crs"].([]any)
		if len(offered) < 9 {
			t.Errorf("%s is offered in %v only", id, offered)
		}
		for _, uri := range offered {
			in := mustParse(t, uri.(string))
			t.Run(id+"/"+in.String(), func(t *testing.T) {
				got := vertices(t, base, id, in)
				sameAsPROJ(t, stored, in, original, got)
				boxesAsPostGIS(ctx, t, conn, random, base, id, in, got)
			})
		}
	}
}

func mustParse(t *testing.T, uri string) crs.CRS {
	t.Helper()
	c, err := crs.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// vertices gives the positions of some features as they are written in a system.
func vertices(t *testing.T, base, id string, in crs.CRS) [][2]float64 {
	t.Helper()
	var all [][2]float64
	var walk func(v []any)
	walk = func(v []any) {
		if x, ok := v[0].(float64); ok {
			all = append(all, [2]float64{x, v[1].(float64)})
			return
		}
		for _, inner := range v {
			walk(inner.([]any))
		}
	}
	doc := getJSON(t, base+"/collections/"+id+"/items?limit=300&crs="+url.QueryEscape(in.URI()))
	for _, f := range doc["features"].([]any) {
		if g, ok := f.(map[string]any)["geometry"].(map[string]any); ok {
			walk(g["coordinates"].([]any))
		}
	}
	return all
}

// sameAsPROJ compares to a millimetre. Both write the axes in the order of the authority.
func sameAsPROJ(t *testing.T, from, to crs.CRS, original, got [][2]float64) {
	t.Helper()
	var in bytes.Buffer
	for _, p := range original {
		fmt.Fprintf(&in, "%.12f %.12f\n", p[0], p[1])
	}
	cmd := exec.CommandContext(t.Context(), "cs2cs", "-f", "%.11f", from.String(), to.String())
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("cs2cs: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(got) || len(got) == 0 {
		t.Fatalf("%d positions, cs2cs gives %d", len(got), len(lines))
	}
	info, err := crs.Describe(to)
	if err != nil {
		t.Fatal(err)
	}
	const millimetre, metresPerDegree = 0.001, 111_320
	tolerance := millimetre
	if info.Geographic {
		tolerance /= metresPerDegree
	}
	worst := 0.0
	for i, line := range lines {
		fields := strings.Fields(line)
		x, errX := strconv.ParseFloat(fields[0], 64)
		y, errY := strconv.ParseFloat(fields[1], 64)
		if errX != nil || errY != nil {
			t.Fatalf("cs2cs gives %q", line)
		}
		worst = max(worst, math.Abs(x-got[i][0]), math.Abs(y-got[i][1]))
	}
	if worst > tolerance {
		t.Errorf("the worst of %d positions is off by %g, more than %g", len(got), worst, tolerance)
	}
}

// beside keeps a box of degrees off the vertices that it is made of, by some millimetres:
// longitudes and latitudes are searched as they are served, rounded to 9 decimals, and
// PostGIS does not round.
const beside = 3.3e-8

// boxesAsPostGIS compares how many features boxes meet. The boxes begin and end at
// vertices, so that borders are met too.
func boxesAsPostGIS(ctx context.Context, t *testing.T, conn *pgx.Conn, random *rand.Rand, base, id string, in crs.CRS, seen [][2]float64) {
	t.Helper()
	const boxes = 8
	swapped := crs.AxesSwapped(in)
	shift := 0.0
	if in.SRID() == 4326 {
		shift = beside
	}
	var bounds [4][]float64 // xmin, ymin, xmax, ymax
	var got []int
	for range boxes {
		a, b := seen[random.IntN(len(seen))], seen[random.IntN(len(seen))]
		box := [4]float64{min(a[0], b[0]) + shift, min(a[1], b[1]) + shift, max(a[0], b[0]) + shift, max(a[1], b[1]) + shift}
		text := make([]string, 4)
		for i, v := range box {
			text[i] = strconv.FormatFloat(v, 'f', -1, 64)
		}
		query := url.Values{"limit": {"1"}, "bbox": {strings.Join(text, ",")}, "bbox-crs": {in.URI()}}
		got = append(got, int(getJSON(t, base+"/collections/"+id+"/items?"+query.Encode())["numberMatched"].(float64)))
		if swapped {
			box = [4]float64{box[1], box[0], box[3], box[2]}
		}
		for i, v := range box {
			bounds[i] = append(bounds[i], v)
		}
	}
	rows, err := conn.Query(ctx, `SELECT count(g) FROM unnest($1::float8[], $2::float8[], $3::float8[], $4::float8[]) WITH ORDINALITY AS b (x0, y0, x1, y1, n)
		LEFT JOIN (SELECT ST_Transform(geom, $5::int) AS g FROM socle.`+pgx.Identifier{id}.Sanitize()+` OFFSET 0) AS f
		ON ST_Intersects(g, ST_MakeEnvelope(x0, y0, x1, y1, $5::int)) GROUP BY n ORDER BY n`,
		bounds[0], bounds[1], bounds[2], bounds[3], in.SRID())
	if err != nil {
		t.Fatal(err)
	}
	want, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("boxes meet %v features, in PostGIS %v", got, want)
	}
}
