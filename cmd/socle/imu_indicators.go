package main

import (
	"context"
	"fmt"
	"strings"

	"socle/imu/morphology"
	"socle/referentials"
	"socle/referentials/snapshot"
)

type imuIndicatorsCmd struct {
	Mesh      string `required:"" placeholder:"M" help:"The collection of polygons to measure: blocks, IRIS, a grid."`
	Buildings string `required:"" placeholder:"B" help:"The collection of footprints."`
	Streets   string `placeholder:"S" help:"A collection of street lines; road density is null without."`
	Water     string `placeholder:"W" help:"Polygons of water. Shares of ground are null when none of the three is given."`
	As        string `required:"" placeholder:"COLLECTION" help:"The collection to publish."`
	formFlags
	JSON bool `name:"json" help:"Write the report as JSON."`
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
		d, rows, err := morphology.Published(c.As, &layers, result)
		if err != nil {
			return err
		}
		version, err := store.Replace(ctx, referentials.Publication{Descriptor: d, Source: c.source()}, rows)
		if err == nil {
			err = c.publishForms(ctx, store, c.source(), layers.Buildings, result)
		}
		bar.Done()
		if err != nil {
			return err
		}
		return c.print(m, version, result)
	})
}

// load reads the collections that were named.
func (c *imuIndicatorsCmd) load(ctx context.Context, store referentials.Store) (out morphology.Collections, err error) {
	both, err := loadAll(ctx, store, c.Mesh, c.Buildings)
	if err != nil {
		return out, err
	}
	out.Mesh, out.Buildings = both[0], both[1]
	for _, l := range []struct {
		id string
		to *[]*snapshot.PublicCollection
	}{{c.Streets, &out.Streets}, {c.Water, &out.Water}, {c.Vegetation, &out.Vegetation}, {c.Impervious, &out.Impervious}} {
		if *l.to, err = loadAll(ctx, store, l.id); err != nil {
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
	formReport
}

func (c *imuIndicatorsCmd) print(m *Main, version referentials.Version, result *morphology.Result) error {
	report := newFormReport(result)
	if c.JSON {
		return writeJSON(m, indicatorsReport{version, *report})
	}
	fmt.Fprintf(m.Stdout, "%s: version %d, %s cells.\n", version.Collection, version.ID, thousands(version.Rows))
	return report.write(m.Stdout)
}
