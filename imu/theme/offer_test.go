package theme

import (
	"slices"
	"testing"

	"socle/imu/crosswalk"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// TestOffersHold asks for everything that is offered, and for what is said not to be: offers
// are no promise of their own.
func TestOffersHold(t *testing.T) {
	keeper := snapshot.New(nested(), snapshot.Options{})
	if err := keeper.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := New(Options{}, keeper.Current)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	asked := 0
	for _, o := range d.Offers() {
		for _, m := range o.Meshes {
			q := Question{Mesh: m.Mesh, Source: o.Source.ID, Measure: "count"}
			if m.Refused != nil {
				if _, err := d.Release(t.Context(), &q); referentials.CodeOf(err) != referentials.Refused {
					t.Errorf("%s on %s is said to be refused: %v", q.Source, q.Mesh, err)
				}
			}
			for _, c := range m.Choices {
				q := q
				if q.Method = string(c.Method); c.Chosen {
					q.Method = ""
				}
				if o.Source.ID == m.Mesh && c.Method == crosswalk.Key {
					q.Field = o.Source.Key
				}
				r, err := d.Release(t.Context(), &q)
				if (err == nil) != c.Fits {
					t.Errorf("%+v: offered %t (%s), %v", q, c.Fits, c.Why.EN, err)
				}
				if err == nil && c.Chosen && r.Receipt.Method.Name != c.Method {
					t.Errorf("%+v: %s was to be taken, %s was", q, c.Method, r.Receipt.Method.Name)
				}
				if c.Why.FR == "" || c.Why.EN == "" {
					t.Errorf("%+v: no reason", q)
				}
				asked++
			}
		}
	}
	if asked < 20 {
		t.Errorf("only %d offers", asked)
	}
}

// TestOffersTellNothing looks for what nobody may know of.
func TestOffersTellNothing(t *testing.T) {
	for _, o := range open(t).Offers() {
		if o.Source.ID == "noms" {
			t.Error("a restricted collection without a profile is offered")
		}
		if o.Protected && o.Rows != 0 {
			t.Errorf("the rows of %s are counted", o.Source.ID)
		}
		if !o.Protected && slices.ContainsFunc(o.Source.Fields, func(f referentials.Field) bool { return !f.IsPublic() }) {
			t.Errorf("%s is offered with confidential fields", o.Source.ID)
		}
	}
}
