package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// TestPagesForPeopleAreShort puts no more features on a page than people read, however many
// are asked for, and leads on to the others.
func TestPagesForPeopleAreShort(t *testing.T) {
	const rows = mostShown + 100
	store := rennes()
	var many []referentials.Row
	for i := range rows {
		many = append(many, row(geo.Geometry{}, text(fmt.Sprint("n", i))))
	}
	store.add(referentials.Descriptor{ID: "noms", Class: referentials.Territory, Access: referentials.Open, Key: "nom",
		Fields: []referentials.Field{{Name: "nom", Type: referentials.String, Role: referentials.Key}}}, many...)
	keeper := snapshot.New(store, snapshot.Options{})
	if err := keeper.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := New(Config{Version: "test"}, keeper, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	w := ask(t, a, "/collections/noms/items?f=html&limit=10000")
	if n := strings.Count(w.Body.String(), "/collections/noms/items/n"); w.Code != http.StatusOK || n < mostShown || n >= rows {
		t.Errorf("%d, %d features", w.Code, n)
	}
	if !strings.Contains(w.Body.String(), `rel="next"`) {
		t.Error("nothing leads to the others")
	}
	if w := ask(t, a, "/collections/noms/items?f=json&limit=10000"); strings.Count(w.Body.String(), `"id":"n`) != rows {
		t.Errorf("as JSON: %d", w.Code)
	}
}
