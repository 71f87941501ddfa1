package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"socle/imu/links"
	"socle/referentials"
	"socle/referentials/snapshot"
)

type linksCmd struct {
	Addresses string  `default:"adresses" placeholder:"C" help:"The addresses."`
	Buildings string  `default:"batiments" placeholder:"C" help:"The buildings: footprints."`
	Streets   string  `placeholder:"C" help:"Lines that no link crosses, such as voies; none when left out."`
	Reach     float64 `default:"60" placeholder:"M" help:"Metres that a façade may be away."`
	As        string  `default:"adresses_batiments" placeholder:"ID" help:"The collection to make of the links."`
	Receipt   string  `placeholder:"FILE" help:"Where to write how the links were made, as JSON."`
}

// Help shows an example.
func (linksCmd) Help() string {
	return "An address belongs to the buildings that name it, else to those it lies in, else to the nearest on its parcel, else to the nearest façade that no street keeps it from.\n\nExample:\n" +
		"  socle links --streets voies --receipt liens.json"
}

// Run links addresses and buildings, and publishes the links as a collection.
func (c *linksCmd) Run(ctx context.Context, m *Main) error {
	if !referentials.ValidID(c.As) || c.As == c.Addresses || c.As == c.Buildings || c.As == c.Streets {
		return &usageError{referentials.Errorf(referentials.Invalid, "%q cannot name the links", c.As).At("--as")}
	}
	if err := m.keepStore("--receipt", c.Receipt); err != nil {
		return err
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	return m.withStore(ctx, func(store referentials.Store) error {
		bar.Update("read "+c.Addresses, -1, "")
		now, err := c.load(ctx, store)
		if err != nil {
			return err
		}
		r := links.Request{Reach: c.Reach}
		for _, named := range []struct {
			id string
			to **snapshot.Collection
		}{{c.Addresses, &r.Addresses}, {c.Buildings, &r.Buildings}, {c.Streets, &r.Streets}} {
			if shown, ok := now.Collection(named.id); ok {
				*named.to = shown.Alone()
			}
		}
		bar.Update("link "+c.Addresses, -1, "")
		out, err := links.Build(ctx, r)
		if err != nil {
			return asUsage(err)
		}
		d := links.Describe(c.As, r.Addresses, r.Buildings)
		v, err := store.Replace(ctx, referentials.Publication{Descriptor: d, Source: "links of " + c.Addresses + " and " + c.Buildings}, out.Rows(r.Addresses, r.Buildings))
		bar.Done()
		if err != nil {
			return err
		}
		if c.Receipt != "" {
			err := writeWhole(c.Receipt, func(f *os.File) error {
				e := json.NewEncoder(f)
				e.SetIndent("", "  ")
				return e.Encode(out.Receipt)
			})
			if err != nil {
				return err
			}
		}
		return c.tell(m, v, &out.Receipt)
	})
}

// load reads the collections that are named; all but the streets have to be there.
func (c *linksCmd) load(ctx context.Context, store referentials.Store) (*snapshot.Public, error) {
	states, err := store.Collections(ctx)
	if err != nil {
		return nil, err
	}
	var wanted []referentials.State
	for _, named := range [][2]string{{"--addresses", c.Addresses}, {"--buildings", c.Buildings}, {"--streets", c.Streets}} {
		if named[1] == "" {
			continue
		}
		i := slices.IndexFunc(states, func(s referentials.State) bool { return s.Descriptor.ID == named[1] })
		if i < 0 {
			return nil, referentials.Errorf(referentials.NotFound, "there is no collection %.60q", named[1]).At("%s", named[0]).Do("socle collections lists them; socle import FILE makes one")
		}
		if _, _, public := states[i].Descriptor.Public(); !public { // links are shown to anyone
			return nil, referentials.Errorf(referentials.Refused, "%q is not public, and its links would be", named[1]).At("%s", named[0])
		}
		wanted = append(wanted, states[i])
	}
	keeper := snapshot.New(&shelf{store, wanted}, snapshot.Options{})
	if err := keeper.Load(ctx); err != nil {
		return nil, err
	}
	return keeper.Current().Public(), nil
}

func (c *linksCmd) tell(m *Main, v referentials.Version, r *links.Receipt) error {
	fmt.Fprintf(m.Stdout, "%s: version %d published, %s links of %s addresses.\n", c.As, v.ID, thousands(v.Rows), thousands(int64(r.Linked)))
	for _, rule := range slices.Sorted(maps.Keys(r.Rules)) {
		fmt.Fprintf(m.Stdout, "  %-9s %s\n", rule, thousands(int64(r.Rules[rule])))
	}
	for _, reason := range slices.Sorted(maps.Keys(r.Unlinked)) {
		fmt.Fprintf(m.Stdout, "  none: %s %s\n", reason, thousands(int64(r.Unlinked[reason])))
	}
	_, err := fmt.Fprintf(m.Stdout, "  façades: median %.1f m, 95 %% within %.1f m; %s where no street is known; %s buildings have no address\n",
		r.MedianM, r.P95M, thousands(int64(r.Unchecked)), thousands(int64(r.Alone)))
	return err
}
