package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"socle/imu/morphology"
	"socle/referentials"
	"socle/referentials/snapshot"
)

type imuIndicatorsCmd struct {
	Mesh       string `required:"" placeholder:"M" help:"The collection of polygons to measure: blocks, IRIS, a grid."`
	Buildings  string `required:"" placeholder:"B" help:"The collection of footprints."`
	Streets    string `placeholder:"S" help:"A collection of street lines; road density is null without."`
	Water      string `placeholder:"W" help:"Polygons of water. Shares of ground are null when none of the three is given."`
	Vegetation string `placeholder:"V" help:"Polygons of vegetation, high unless their nature says low."`
	Impervious string `placeholder:"I" help:"Polygons of sealed ground, streets and buildings aside."`
	As         string `required:"" placeholder:"COLLECTION" help:"The collection to publish."`
	Forms      string `placeholder:"COLLECTION" help:"Publish the buildings too, with the form of each and where its height comes from."`
	Typology   string `placeholder:"FILE" type:"path" help:"Rules of classes of form (YAML) instead of the built-in ones."`
	JSON       bool   `name:"json" help:"Write the report as JSON."`
}

// Help shows examples.
func (imuIndicatorsCmd) Help() string {
	return "Examples:\n  socle imu indicators --mesh iris --buildings batiments --streets voies --as iris_morphologie\n" +
		"  socle imu indicators --mesh carreaux_200m --buildings batiments --as carreaux_morphologie --typology forms.yaml"
}

// Run measures the mesh and publishes it.
func (c *imuIndicatorsCmd) Run(ctx context.Context, m *Main) error {
	for flag, id := range map[string]string{"--mesh": c.Mesh, "--buildings": c.Buildings, "--streets": c.Streets, "--water": c.Water, "--vegetation": c.Vegetation, "--impervious": c.Impervious} {
		if id != "" && (id == c.As || id == c.Forms) {
			return &usageError{referentials.Errorf(referentials.Invalid, "it would replace what is measured").At("%s %s", flag, id).Do("give the result a name of its own")}
		}
	}
	if c.Forms == c.As {
		return &usageError{referentials.Errorf(referentials.Invalid, "cells and buildings cannot be one collection").At("--forms %s", c.Forms)}
	}
	typology, err := c.typology()
	if err != nil {
		return err
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	return m.withStore(ctx, func(store referentials.Store) error {
		layers, err := c.load(ctx, store)
		if err != nil {
			return err
		}
		in, err := morphology.Read(ctx, layers)
		if err != nil {
			return err
		}
		result, err := morphology.Measure(ctx, in, morphology.Options{Typology: typology, Progress: func(stage string, share float64) { bar.Update(stage, share, "") }})
		if err != nil {
			return err
		}
		d, rows, err := morphology.Published(c.As, layers.Mesh, result)
		if err != nil {
			return err
		}
		version, err := store.Replace(ctx, referentials.Publication{Descriptor: d, Source: c.source()}, rows)
		if err == nil && c.Forms != "" {
			err = c.publishForms(ctx, store, layers.Buildings, result)
		}
		bar.Done()
		if err != nil {
			return err
		}
		return c.print(m, version, typology, result)
	})
}

func (c *imuIndicatorsCmd) publishForms(ctx context.Context, store referentials.Store, buildings *snapshot.PublicCollection, result *morphology.Result) error {
	d, rows, err := morphology.PublishedForms(c.Forms, buildings, result)
	if err != nil {
		return err
	}
	_, err = store.Replace(ctx, referentials.Publication{Descriptor: d, Source: c.source()}, rows)
	return err
}

// typology reads the rules of the command line, or the built-in ones.
func (c *imuIndicatorsCmd) typology() (*morphology.Typology, error) {
	if c.Typology == "" {
		return morphology.BuiltinTypology()
	}
	text, err := os.ReadFile(c.Typology)
	if err != nil {
		return nil, referentials.Errorf(referentials.Invalid, "cannot read it: %w", err).At("--typology %s", c.Typology)
	}
	return morphology.ParseTypology(c.Typology, text)
}

// load reads the collections that were named.
func (c *imuIndicatorsCmd) load(ctx context.Context, store referentials.Store) (out morphology.Collections, err error) {
	for _, l := range []struct {
		id string
		to **snapshot.PublicCollection
	}{{c.Mesh, &out.Mesh}, {c.Buildings, &out.Buildings}, {c.Streets, &out.Streets}, {c.Water, &out.Water}, {c.Vegetation, &out.Vegetation}, {c.Impervious, &out.Impervious}} {
		if l.id == "" {
			continue
		}
		if *l.to, err = snapshot.LoadPublic(ctx, store, l.id); err != nil {
			return out, err
		}
	}
	return out, nil
}

// source tells what the collection was made of.
func (c *imuIndicatorsCmd) source() string {
	var named []string
	for _, id := range []string{c.Mesh, c.Buildings, c.Streets, c.Water, c.Vegetation, c.Impervious} {
		if id != "" {
			named = append(named, id)
		}
	}
	return "morphology of " + strings.Join(named, ", ")
}

// indicatorsReport is the JSON of what was done.
type indicatorsReport struct {
	Version referentials.Version `json:"version"`
	morphology.Report
	Classes []classCount `json:"classes"`
}

type classCount struct {
	Name  string `json:"name"`
	Cells int    `json:"cells"`
}

func (c *imuIndicatorsCmd) print(m *Main, version referentials.Version, typology *morphology.Typology, result *morphology.Result) error {
	cells := map[string]int{}
	for i := range result.Cells {
		cells[result.Cells[i].Type]++
	}
	report := indicatorsReport{Version: version, Report: result.Report}
	for _, k := range typology.Classes {
		if n := cells[k.Name]; n > 0 {
			report.Classes = append(report.Classes, classCount{k.Name, n})
		}
	}
	if c.JSON {
		return writeJSON(m, report)
	}
	r := &report.Report
	fmt.Fprintf(m.Stdout, "%s: version %d, %s cells.\n", version.Collection, version.ID, thousands(version.Rows))
	w := tabwriter.NewWriter(m.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "buildings\t%d\t%d without a shape, %d across cells, %d partly and %d wholly outside\n", r.Buildings, r.WithoutShape, r.AcrossCells, r.PartlyOutside, r.Outside)
	fmt.Fprintf(w, "heights\t%d measured\t%d from levels, %d by default\n", r.HeightMeasured, r.HeightFromLevels, r.HeightDefault)
	fmt.Fprintf(w, "levels\t%d measured\t%d from heights, %d by default\n", r.LevelsMeasured, r.LevelsFromHeight, r.LevelsDefault)
	for _, k := range report.Classes {
		fmt.Fprintf(w, "%s\t%d cells\t\n", k.Name, k.Cells)
	}
	return w.Flush()
}
