package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"socle/imu/blocks"
	"socle/imu/morphology"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// formFlags are what a measure of urban form depends on, whatever the mesh.
type formFlags struct {
	Vegetation string `placeholder:"V" help:"Polygons of vegetation, high unless their nature says low; they are measured and do not cut."`
	Impervious string `placeholder:"I" help:"Polygons of sealed ground, streets and buildings aside."`
	Forms      string `placeholder:"COLLECTION" help:"Publish the buildings too, with the form of each and where its height comes from."`
	Typology   string `placeholder:"FILE" type:"path" help:"Rules of classes of form (YAML) instead of the built-in ones."`
}

// typology reads the rules of the command line, or the built-in ones.
func (f *formFlags) typology() (*morphology.Typology, error) {
	if f.Typology == "" {
		return morphology.BuiltinTypology()
	}
	text, err := readRules("--typology", f.Typology)
	if err != nil {
		return nil, err
	}
	return morphology.ParseTypology(f.Typology, text)
}

// publishForms publishes the buildings with the form of each, when that is asked for.
func (f *formFlags) publishForms(ctx context.Context, store referentials.Store, source string, buildings *snapshot.PublicCollection, result *morphology.Result) error {
	if f.Forms == "" {
		return nil
	}
	d, rows, err := morphology.PublishedForms(f.Forms, buildings, result)
	if err != nil {
		return err
	}
	_, err = store.Replace(ctx, referentials.Publication{Descriptor: d, Source: source}, rows)
	return err
}

// loadAll reads collections that anyone may see, those of empty names aside.
func loadAll(ctx context.Context, store referentials.Store, ids ...string) (all []*snapshot.PublicCollection, err error) {
	for _, id := range ids {
		if id == "" {
			continue
		}
		c, err := snapshot.LoadPublic(ctx, store, id)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// town finds what the form of the blocks is measured with: the buildings, and the barriers
// that are streets, water and vegetation. It is nil, and says why, where there is nothing to
// measure.
func (r *imuReader) town(ctx context.Context) (*morphology.Collections, string, error) {
	c := r.command
	if c.Buildings == "" {
		return nil, "no buildings are given", nil
	}
	d := r.states[c.Buildings].Descriptor
	if d.Geometry.Dimension() == 0 {
		return nil, c.Buildings + " is made of points", nil
	}
	var town morphology.Collections
	load := func(to *[]*snapshot.PublicCollection, id string) error {
		got, err := loadAll(ctx, r.store, id)
		*to = append(*to, got...)
		return err
	}
	var built []*snapshot.PublicCollection
	if err := load(&built, c.Buildings); err != nil {
		if referentials.CodeOf(err) == referentials.Refused {
			return nil, c.Buildings + " is not public", nil
		}
		return nil, "", err
	}
	town.Buildings = built[0]
	for i := range r.input.Barriers {
		b := &r.input.Barriers[i]
		d := r.states[b.Name].Descriptor
		var to *[]*snapshot.PublicCollection
		switch {
		case !d.IsPublic():
			continue
		case b.Kind == blocks.Streets && d.Geometry.Dimension() != 2:
			to = &town.Streets
		case b.Kind == blocks.Water && d.Geometry.Dimension() != 1:
			to = &town.Water
		case b.Kind == blocks.Vegetation && d.Geometry.Dimension() != 1 && b.Name != c.Vegetation:
			to = &town.Vegetation
		default:
			continue
		}
		if err := load(to, b.Name); err != nil {
			return nil, "", err
		}
	}
	if err := load(&town.Vegetation, c.Vegetation); err != nil {
		return nil, "", err
	}
	return &town, "", load(&town.Impervious, c.Impervious)
}

// measureBlocks measures the form of the blocks.
func (r *imuReader) measureBlocks(ctx context.Context, town *morphology.Collections, typology *morphology.Typology, list []blocks.Block) (*morphology.Result, error) {
	in, err := morphology.ReadTown(ctx, *town, r.plane)
	if err != nil {
		return nil, err
	}
	for k := range list {
		in.Cells = append(in.Cells, list[k].Shape)
	}
	return morphology.Measure(ctx, in, morphology.Options{Typology: typology, Progress: func(stage string, share float64) { r.bar.Update("imu "+stage, share, "") }})
}

// formReport is the JSON of what was measured.
type formReport struct {
	morphology.Report
	Classes []classCount `json:"classes"`
}

type classCount struct {
	Name  string `json:"name"`
	Cells int    `json:"cells"`
}

func newFormReport(result *morphology.Result) *formReport {
	cells := map[string]int{}
	for i := range result.Cells {
		cells[result.Cells[i].Type]++
	}
	report := &formReport{Report: result.Report}
	for _, k := range result.Classes {
		if n := cells[k.Value]; n > 0 {
			report.Classes = append(report.Classes, classCount{k.Value, n})
		}
	}
	return report
}

func (r *formReport) write(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "buildings\t%d\t%d without a shape, %d across cells, %d partly and %d wholly outside\n", r.Buildings, r.WithoutShape, r.AcrossCells, r.PartlyOutside, r.Outside)
	fmt.Fprintf(w, "heights\t%d measured\t%d from levels, %d by default\n", r.HeightMeasured, r.HeightFromLevels, r.HeightDefault)
	fmt.Fprintf(w, "levels\t%d measured\t%d from heights, %d by default\n", r.LevelsMeasured, r.LevelsFromHeight, r.LevelsDefault)
	for _, k := range r.Classes {
		fmt.Fprintf(w, "%s\t%d cells\t\n", k.Name, k.Cells)
	}
	return w.Flush()
}
