package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"text/tabwriter"

	"socle/imu/aggregate"
	"socle/imu/blocks"
	"socle/imu/disclosure"
	"socle/imu/theme"
	"socle/referentials"
	"socle/referentials/snapshot"
)

type imuSizesCmd struct {
	Within    string    `required:"" placeholder:"COLLECTION" help:"The zone, as for build."`
	Barriers  []string  `placeholder:"A,B:KIND" help:"Collections that cut, as for build."`
	Buildings string    `placeholder:"COLLECTION" help:"Buildings by which mixed blocks are split, as for build."`
	Params    string    `placeholder:"FILE" help:"YAML of parameters, as for build; its rules of units are left out."`
	CRS       string    `name:"crs" placeholder:"EPSG:n" help:"System in metres to build in."`
	Source    string    `required:"" placeholder:"S" help:"The collection to publish on the blocks, such as conso_elec_adresse."`
	Sum       string    `required:"" placeholder:"FIELD" help:"What of it is published: a quantity that adds up."`
	Count     string    `placeholder:"FIELD" help:"The units a minimum is of; the field of the source that counts them when left out, or its features."`
	Minimums  []float64 `default:"0,5,10,11,15,20,30,50,100" placeholder:"N,N" help:"Least units of a block; 0 builds without."`
	Parents   []string  `placeholder:"A,B" help:"Levels above that are published too, the finest first; they make hidden figures easier to find, so more are hidden."`
	Profile   string    `placeholder:"P" help:"Disclosure profile; that of the source when left out."`
	Year      int       `placeholder:"N" help:"Year of the data, which the rules depend on."`
	profilesFlag
	Output string `short:"o" placeholder:"FILE.csv" help:"Write the table as CSV."`
	JSON   bool   `name:"json" help:"Write the table as JSON."`
}

// Help shows an example.
func (imuSizesCmd) Help() string {
	return "Builds blocks at several minimum sizes, puts a protected source on each, and tells how much of it may be published.\n" +
		"The table is for whoever keeps the data: it tells of hidden figures together.\n\nExample:\n" +
		"  socle imu sizes --within communes --barriers voies,rail,hydro --source conso_elec_adresse --sum consommation_annuelle_totale_de_l_adresse_mwh --parents iris,communes"
}

// sizeRow is what a minimum size comes to. Shares are of what the source has in all.
type sizeRow struct {
	Minimum       float64 `json:"minimum"`
	Blocks        int     `json:"blocks"`
	MedianHa      float64 `json:"median_ha"`  // area, of blocks that hold something
	Cells         int     `json:"cells"`      // blocks that hold something
	Published     int     `json:"published"`  // of these
	Threshold     int     `json:"threshold"`  // hidden for themselves
	Secondary     int     `json:"secondary"`  // hidden for the sake of others
	CellShare     float64 `json:"cell_share"` // published, of cells
	MassShare     float64 `json:"mass_share"` // of the quantity
	UnitShare     float64 `json:"unit_share"`
	ShortOfBlocks int     `json:"short"` // blocks below the minimum that no neighbour takes
}

// Run builds, judges and tells.
func (c *imuSizesCmd) Run(ctx context.Context, m *Main) error {
	profiles, err := c.load()
	if err != nil {
		return &usageError{err}
	}
	if err := m.keepStore("-o", c.Output); err != nil {
		return err
	}
	build := imuBuildCmd{Within: c.Within, Barriers: c.Barriers, Buildings: c.Buildings, Params: c.Params, CRS: c.CRS, Previous: noPrevious, As: "imu"}
	params, err := build.params()
	if err != nil {
		return err
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	return m.withStore(ctx, func(store referentials.Store) error {
		r := imuReader{command: &build, store: store, params: params, bar: bar}
		defer r.ways.Close()
		params.Units = nil
		if err := r.read(ctx); err != nil {
			return err
		}
		source, ok := r.states[c.Source]
		if !ok {
			return absent("--source", c.Source)
		}
		rule := blocks.UnitRule{Source: c.Source, Field: c.counted(&source.Descriptor)}
		units, err := r.units(ctx, rule)
		if err != nil {
			return err
		}
		s := sizing{command: c, reader: &r, profiles: profiles, rule: rule, units: *units}
		var rows []sizeRow
		for k, least := range c.Minimums {
			bar.Update("imu sizes", float64(k)/float64(len(c.Minimums)), "")
			row, err := s.row(ctx, least)
			if err != nil {
				return asUsage(err)
			}
			rows = append(rows, row)
		}
		bar.Done()
		return c.write(m, rows)
	})
}

// counted names the field that counts units.
func (c *imuSizesCmd) counted(d *referentials.Descriptor) string {
	if c.Count != "" {
		return c.Count
	}
	if f := slices.IndexFunc(d.Fields, func(f referentials.Field) bool { return f.Disclosure == referentials.UnitCount }); f >= 0 {
		return d.Fields[f].Name
	}
	return ""
}

// sizing is what all sizes have in common.
type sizing struct {
	command  *imuSizesCmd
	reader   *imuReader
	profiles disclosure.Profiles
	rule     blocks.UnitRule
	units    blocks.Units
}

// row builds blocks of a least size and publishes the source on them.
func (s *sizing) row(ctx context.Context, least float64) (sizeRow, error) {
	row := sizeRow{Minimum: least}
	r, params := s.reader, *s.reader.params
	in := r.input
	if least > 0 {
		s.rule.Minimum = least
		params.Units, in.Units = []blocks.UnitRule{s.rule}, []blocks.Units{s.units}
	}
	built, err := blocks.Build(ctx, &in, &params)
	if err != nil {
		return row, err
	}
	row.Blocks = len(built.Blocks)
	if least > 0 {
		row.ShortOfBlocks = built.Report.Units[0].Short
	}
	d, rows := built.Publication(r.command.As, &r.zone, &in, r.plane)
	q := s.command.question(r.command.As)
	wanted, err := collectionsOf(&q, nil, s.states(d))
	if err != nil {
		return row, err
	}
	keeper := snapshot.New(&sketch{shelf{r.store, wanted}, referentials.State{Descriptor: d}, rows}, snapshot.Options{})
	if err := keeper.Load(ctx); err != nil {
		return row, err
	}
	desk, err := theme.New(theme.Options{Profiles: s.profiles, Trusted: true}, keeper.Current)
	if err != nil {
		return row, err
	}
	defer desk.Close()
	release, err := desk.Release(ctx, &q)
	if err != nil {
		return row, err
	}
	source, _ := keeper.Current().Collection(s.command.Source)
	row.judge(release.Table, built, source, &s.rule, s.command.Sum)
	return row, nil
}

// states are the collections of the store, the blocks being those just built.
func (s *sizing) states(d referentials.Descriptor) []referentials.State {
	var all []referentials.State
	for id, state := range s.reader.states {
		if id != d.ID {
			all = append(all, state)
		}
	}
	all = append(all, referentials.State{Descriptor: d})
	slices.SortFunc(all, func(a, b referentials.State) int { return cmp.Compare(a.Descriptor.ID, b.Descriptor.ID) })
	return all
}

func (c *imuSizesCmd) question(mesh string) theme.Question {
	sum := aggregate.Measure{Function: aggregate.Sum, Field: c.Sum}
	return theme.Question{Mesh: mesh, Source: c.Source, Measure: sum.String(), Parents: c.Parents, Profile: c.Profile, Year: c.Year}
}

// judge counts what is shown and what is not.
func (row *sizeRow) judge(t *aggregate.Table, built *blocks.Result, source *snapshot.Collection, rule *blocks.UnitRule, sum string) {
	unit := slices.IndexFunc(t.Measures(), func(f referentials.Field) bool { return f.Name == "units" })
	var mass, units float64
	var areas []float64
	for k := range t.Len() {
		switch t.Reason(k, 0, 0) {
		case disclosure.Empty:
			continue
		case disclosure.Threshold, disclosure.Dominance:
			row.Threshold++
		case disclosure.Complementary:
			row.Secondary++
		default:
			row.Published++
			v, _ := t.Value(0, k, 0, 0)
			mass += v
			if unit >= 0 {
				n, _ := t.Value(unit, k, 0, 0)
				units += n
			}
		}
		row.Cells++
		areas = append(areas, built.Blocks[t.Row(k)].Area/1e4)
	}
	if len(areas) > 0 {
		slices.Sort(areas)
		row.MedianHa = areas[len(areas)/2]
	}
	row.CellShare = part(float64(row.Published), float64(row.Cells))
	row.MassShare = part(mass, total(source, sum))
	row.UnitShare = part(units, total(source, rule.Field))
}

func part(of, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return of / whole
}

// total adds up a field of all features, or counts them.
func total(c *snapshot.Collection, field string) (sum float64) {
	f := c.Descriptor().FieldIndex(field)
	if f < 0 {
		return float64(c.Len())
	}
	for i := range c.Len() {
		if v := c.Value(i, f); !v.IsNull() {
			sum += v.Float()
		}
	}
	return sum
}

// sketch is a part of a store with one collection more, that nothing keeps.
type sketch struct {
	shelf
	own  referentials.State
	rows referentials.Rows
}

// Load gives that one, or a kept one.
func (s *sketch) Load(ctx context.Context, id string, version int64, read func(referentials.State, referentials.Rows) error) error {
	if id == s.own.Descriptor.ID {
		return read(s.own, s.rows)
	}
	return s.shelf.Load(ctx, id, version, read)
}

func (c *imuSizesCmd) write(m *Main, rows []sizeRow) error {
	if c.Output != "" {
		return writeWhole(c.Output, func(f *os.File) error { return writeSizes(f, rows) })
	}
	if c.JSON {
		return writeJSON(m, rows)
	}
	w := tabwriter.NewWriter(m.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "minimum\tblocks\tmedian ha\tcells\tpublished\tthreshold\tsecondary\tcells %\tmass %\tunits %\tshort\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%g\t%d\t%.2f\t%d\t%d\t%d\t%d\t%.1f\t%.1f\t%.1f\t%d\t\n", r.Minimum, r.Blocks, r.MedianHa, r.Cells, r.Published, r.Threshold, r.Secondary,
			100*r.CellShare, 100*r.MassShare, 100*r.UnitShare, r.ShortOfBlocks)
	}
	return w.Flush()
}

func writeSizes(to io.Writer, rows []sizeRow) error {
	w := csv.NewWriter(to)
	_ = w.Write([]string{"minimum", "blocks", "median_ha", "cells", "published", "threshold", "secondary", "cell_share", "mass_share", "unit_share", "short"}) // Error tells
	for _, r := range rows {
		number := func(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }
		_ = w.Write([]string{strconv.FormatFloat(r.Minimum, 'g', -1, 64), strconv.Itoa(r.Blocks), number(r.MedianHa, 2), strconv.Itoa(r.Cells), strconv.Itoa(r.Published),
			strconv.Itoa(r.Threshold), strconv.Itoa(r.Secondary), number(r.CellShare, 3), number(r.MassShare, 3), number(r.UnitShare, 3), strconv.Itoa(r.ShortOfBlocks)})
	}
	w.Flush()
	return w.Error()
}
