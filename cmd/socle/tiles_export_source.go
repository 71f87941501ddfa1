package main

import (
	"context"
	"slices"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// loadDrawn reads what anyone may see of collections, and nothing else of the store: all
// that can be drawn when none is named.
func loadDrawn(ctx context.Context, store referentials.Store, ids []string) (*snapshot.Public, []string, error) {
	states, err := store.Collections(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(ids) == 0 {
		for _, s := range states {
			if _, _, public := s.Descriptor.Public(); public && s.Descriptor.HasGeometry() {
				ids = append(ids, s.Descriptor.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil, referentials.Errorf(referentials.NotFound, "the store has no collection to draw").Do("socle import FILE")
	}
	var chosen []referentials.State
	for i, id := range ids {
		s, err := stateOf(states, id)
		if err != nil {
			return nil, nil, err
		}
		if !slices.Contains(ids[:i], id) {
			chosen = append(chosen, s)
		}
	}
	keeper := snapshot.New(&chosenStore{store, chosen}, snapshot.Options{})
	if err := keeper.Load(ctx); err != nil {
		return nil, nil, err
	}
	return keeper.Current().Public(), ids, nil
}

// stateOf finds a collection whose rows may leave.
func stateOf(states []referentials.State, id string) (referentials.State, error) {
	known := make([]string, len(states))
	for i, s := range states {
		known[i] = s.Descriptor.ID
		if known[i] != id {
			continue
		}
		if _, _, public := s.Descriptor.Public(); !public {
			return s, referentials.Errorf(referentials.Refused, "its rows may not leave: access is %s%s", s.Descriptor.Access, profileClause(s.Descriptor.Profile)).
				At("collection %s", id).Do("its values leave inside aggregates that pass the profile")
		}
		return s, nil
	}
	err := referentials.Errorf(referentials.NotFound, "there is no collection %q", id).At("--collections")
	if near := referentials.Nearest(id, known); near != "" {
		return referentials.State{}, err.Do("did you mean %q?", near)
	}
	return referentials.State{}, err.Do("`socle collections` lists them")
}

// chosenStore is a store of which only some collections are seen.
type chosenStore struct {
	referentials.Store
	chosen []referentials.State
}

// Collections lists those.
func (s *chosenStore) Collections(context.Context) ([]referentials.State, error) {
	return s.chosen, nil
}
