package main

import (
	"context"
	"slices"

	"socle/imu/theme"
	"socle/referentials"
	"socle/referentials/importer"
	"socle/referentials/importer/ephemeral"
	"socle/referentials/snapshot"
)

// passageFlags are what a table of passage depends on.
type passageFlags struct {
	Mesh    string `required:"" placeholder:"M" help:"The collection whose cells get the values."`
	Method  string `default:"auto" help:"How features reach cells: auto, key, point, area, dasymetric or passage."`
	Base    string `placeholder:"sum" help:"Of area and dasymetric: sum keeps all of a feature inside the mesh, total leaves out what lies outside."`
	Field   string `placeholder:"F" help:"Of key: the field that refers to the cells, or to what lies in them."`
	Weights string `placeholder:"C" help:"Of dasymetric: the collection that weighs, such as batiments. Of passage: the table, such as imu_lineage."`
	Weight  string `placeholder:"F" help:"And what of it: a field, or one field minus another (A-B); its area or length when left out."`
}

func (f *passageFlags) question() theme.Question {
	return theme.Question{Mesh: f.Mesh, Method: f.Method, Base: f.Base, Field: f.Field, Weights: f.Weights, Weight: f.Weight}
}

// withDesk loads the collections that a question is about, and those they refer to, for the
// time of use. own, if any, is its source.
func (m *Main) withDesk(ctx context.Context, o theme.Options, q *theme.Question, own *snapshot.Collection, use func(referentials.Store, *theme.Desk) error) error {
	return m.withStore(ctx, func(store referentials.Store) error {
		states, err := store.Collections(ctx)
		if err != nil {
			return err
		}
		wanted, err := collectionsOf(q, own, states)
		if err != nil {
			return err
		}
		keeper := snapshot.New(&shelf{store, wanted}, snapshot.Options{})
		if err := keeper.Load(ctx); err != nil {
			return err
		}
		desk, err := theme.New(o, keeper.Current)
		if err != nil {
			return err
		}
		defer desk.Close()
		return use(store, desk)
	})
}

// uploads reads files that clients send, of at most so many bytes.
func uploads(limit int64) theme.FileReader {
	return func(ctx context.Context, f theme.File) (*snapshot.Collection, []referentials.Text, error) {
		own, report, err := ephemeral.Read(ctx, f.Name, f.Body, limit, importer.Options{Key: f.Key, CRS: f.CRS})
		return own, ephemeral.Notes(report), err
	}
}

// shelf is the part of a store that a question is about.
type shelf struct {
	referentials.Store
	states []referentials.State
}

// Collections gives that part.
func (s *shelf) Collections(context.Context) ([]referentials.State, error) { return s.states, nil }

// collectionsOf finds the collections that a question names, and what they lead to.
func collectionsOf(q *theme.Question, own *snapshot.Collection, states []referentials.State) ([]referentials.State, error) {
	named := [][2]string{{"--mesh", q.Mesh}}
	if own == nil {
		named = append(named, [2]string{"--source", q.Source})
	}
	if q.Weights != "" {
		named = append(named, [2]string{"--weights", q.Weights})
	}
	for _, id := range q.Parents {
		named = append(named, [2]string{"--parents", id})
	}
	var ids, wanted []string
	for i := range states {
		ids = append(ids, states[i].Descriptor.ID)
	}
	for _, n := range named {
		if !slices.Contains(ids, n[1]) {
			e := referentials.Errorf(referentials.NotFound, "there is no collection %.60q", n[1]).At("%s", n[0])
			if near := referentials.Nearest(n[1], ids); near != "" {
				return nil, e.Do("did you mean %q?", near)
			}
			return nil, e.Do("socle collections lists them; socle import FILE makes one")
		}
		wanted = append(wanted, n[1])
	}
	if own != nil {
		wanted = append(wanted, referred(own.Descriptor())...)
	}
	for k := 0; k < len(wanted); k++ {
		if at := slices.Index(ids, wanted[k]); at >= 0 {
			for _, id := range referred(&states[at].Descriptor) {
				if !slices.Contains(wanted, id) {
					wanted = append(wanted, id)
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(states), func(s referentials.State) bool { return !slices.Contains(wanted, s.Descriptor.ID) }), nil
}

func referred(d *referentials.Descriptor) (ids []string) {
	for i := range d.Fields {
		if id := d.Fields[i].Refers; id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}
