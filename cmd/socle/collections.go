package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"socle/geo"
	"socle/referentials"
)

type collectionsCmd struct {
	ID   string `arg:"" optional:"" help:"Show this collection: fields, versions, extent, counts."`
	JSON bool   `name:"json" help:"Write JSON."`
}

// Help shows an example.
func (collectionsCmd) Help() string {
	return "Example:\n  socle collections adresses"
}

// Run lists the collections or shows one.
func (c *collectionsCmd) Run(ctx context.Context, m *Main) error {
	if c.ID == "" && storeAbsent(m.cli.Store) {
		return c.list(m, nil)
	}
	return m.withStore(ctx, func(store referentials.Store) error {
		if c.ID != "" {
			return c.show(ctx, m, store)
		}
		states, err := store.Collections(ctx)
		if err != nil {
			return err
		}
		return c.list(m, states)
	})
}

func (c *collectionsCmd) list(m *Main, states []referentials.State) error {
	if c.JSON {
		return writeJSON(m, append([]referentials.State{}, states...)) // none is a list too
	}
	if len(states) == 0 {
		missing := ""
		if storeAbsent(m.cli.Store) {
			missing = ": there is no such file"
		}
		_, err := fmt.Fprintf(m.Stdout, "No collection in %s yet%s.\n  → socle import FILE\n", redact(m.cli.Store), missing)
		return err
	}
	w := tabwriter.NewWriter(m.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tGEOMETRY\tCRS\tROWS\tVERSION\tVINTAGE\tTITLE")
	for _, s := range states {
		d, v := s.Descriptor, s.Version
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.ID, geometryName(d.Geometry), d.CRS, thousands(v.Rows), versionName(v), d.Vintage, d.Title.FR)
	}
	return w.Flush()
}

// shown is the JSON of one collection.
type shown struct {
	Descriptor referentials.Descriptor `json:"descriptor"`
	Extent     []float64               `json:"extent,omitempty"` // storage CRS: min x, min y, max x, max y
	Versions   []referentials.Version  `json:"versions"`
}

func (c *collectionsCmd) show(ctx context.Context, m *Main, store referentials.Store) error {
	states, err := store.Versions(ctx, c.ID)
	if err != nil {
		return err
	}
	var out shown
	for _, s := range states {
		out.Versions = append(out.Versions, s.Version)
		if s.Version.Current {
			out.Descriptor = s.Descriptor
		}
	}
	box := geo.EmptyBound()
	if out.Descriptor.HasGeometry() {
		err := store.Load(ctx, c.ID, 0, func(_ referentials.State, rows referentials.Rows) error {
			for row, err := range rows {
				if err != nil {
					return err
				}
				box = geo.Union(box, row.Geom.Bound())
			}
			return nil
		})
		if err != nil {
			return err
		}
		if !box.IsEmpty() {
			out.Extent = []float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}
		}
	}
	if c.JSON {
		return writeJSON(m, out)
	}
	return out.print(m)
}

func (s *shown) print(m *Main) error {
	d := s.Descriptor
	w := tabwriter.NewWriter(m.Stdout, 0, 8, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	line("collection", d.ID)
	line("title", d.Title.FR)
	line("class", string(d.Class))
	line("geometry", geometryName(d.Geometry))
	line("crs", d.CRS.String())
	if s.Extent != nil {
		line("extent", fmt.Sprintf("%.3f %.3f %.3f %.3f", s.Extent[0], s.Extent[1], s.Extent[2], s.Extent[3]))
	}
	line("key", d.Key)
	line("producer", d.Producer)
	line("licence", d.Licence)
	line("vintage", d.Vintage)
	line("access", string(d.Access))
	line("profile", d.Profile)
	fmt.Fprintln(w, "\nFIELD\tTYPE\tUNIT\tROLE\tTITLE")
	for _, f := range d.Fields {
		role := string(f.Role)
		if f.Refers != "" {
			role += " → " + f.Refers
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", f.Name, f.Type, f.Unit, role, f.Title.FR)
	}
	fmt.Fprintln(w, "\nVERSION\tPUBLISHED\tROWS\tSOURCE\t")
	for _, v := range s.Versions {
		current := ""
		if v.Current {
			current = "current"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", versionName(v), v.PublishedAt.UTC().Format(time.RFC3339), thousands(v.Rows), v.Source, current)
	}
	return w.Flush()
}

type rollbackCmd struct {
	Collection string `arg:"" help:"The collection."`
	To         int64  `help:"The version to make current; the one before the current one when left out." placeholder:"VERSION"`
	Open       bool   `help:"Make it current even if it shows what the current version keeps back."`
}

// Help shows an example.
func (rollbackCmd) Help() string { return "Example:\n  socle rollback adresses --to 3" }

// Run makes an earlier version current.
func (c *rollbackCmd) Run(ctx context.Context, m *Main) error {
	return m.withStore(ctx, func(store referentials.Store) error {
		v, err := store.Rollback(ctx, c.Collection, c.To, c.judge)
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Stdout, "%s: version %s is current, %s rows.\n", c.Collection, versionName(v), thousands(v.Rows))
		return nil
	})
}

// judge refuses a version that shows what the current one keeps back, unless that is asked
// for: whoever goes back for the rows may not think of who can see them.
func (c *rollbackCmd) judge(now, next *referentials.Descriptor) error {
	opened := next.Opens(now, referentials.Said{})
	if c.Open || len(opened) == 0 {
		return nil
	}
	return referentials.Errorf(referentials.Refused, "it would show what the current version keeps back: %s", strings.Join(opened, "; ")).
		At("collection %s", c.Collection).Do("import its data again with a description that keeps it back, or say --open")
}

func writeJSON(m *Main, v any) error {
	enc := json.NewEncoder(m.Stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// versionName writes a version with the edits made to it since: "3" or "3.12".
func versionName(v referentials.Version) string {
	if v.Revision == 0 {
		return fmt.Sprint(v.ID)
	}
	return fmt.Sprintf("%d.%d", v.ID, v.Revision)
}

func geometryName(t geo.Type) string {
	if t == geo.None {
		return "table"
	}
	return t.String()
}
