package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/imu/blocks"
	"socle/imu/morphology"
	"socle/referentials"
)

type imuParamsCmd struct{}

// Help shows an example.
func (imuParamsCmd) Help() string {
	return "Example:\n  socle imu params > imu.yaml"
}

// Run prints the documented defaults.
func (imuParamsCmd) Run(m *Main) error {
	_, err := fmt.Fprint(m.Stdout, blocks.DefaultText())
	return err
}

// noPrevious names no earlier vintage.
const noPrevious = "none"

type imuBuildCmd struct {
	Within    string   `required:"" placeholder:"COLLECTION" help:"The zone: blocks never cross from one of its polygons to another."`
	Barriers  []string `placeholder:"A,B:KIND" help:"Collections that cut; the kind is told from name and shapes when left out."`
	Buildings string   `placeholder:"COLLECTION" help:"Buildings to count in blocks."`
	Previous  string   `placeholder:"COLLECTION" help:"Blocks of an earlier vintage, whose ids are kept; those of --as when it is there, 'none' for none."`
	As        string   `default:"imu" placeholder:"COLLECTION" help:"The collection to publish."`
	Params    string   `placeholder:"FILE" help:"YAML of parameters; see socle imu params."`
	CRS       string   `name:"crs" placeholder:"EPSG:n" help:"System in metres to build in; that of the zone, Lambert-93 or UTM when left out."`
	Units     []string `placeholder:"KEY,KEY" help:"Of the zone, build these features only."`
	Vintage   string   `placeholder:"2024" help:"Millésime of the blocks; that of the zone when left out."`
	formFlags
	DryRun bool `help:"Build and report, publish nothing."`
	JSON   bool `name:"json" help:"Write the report as JSON, with the lineage of blocks."`
}

// Help shows examples.
func (imuBuildCmd) Help() string {
	return "Kinds of barriers: streets, rail, lines, water, vegetation, areas, parcels.\n\nExamples:\n" +
		"  socle imu build --within communes --barriers voies,rail,hydro --buildings batiments\n" +
		"  socle imu build --within iris --barriers TRONCON_DE_ROUTE:streets,SURFACE_HYDROGRAPHIQUE:water --params imu.yaml --as imu_2024"
}

// Run builds the blocks, prints the report and publishes them.
func (c *imuBuildCmd) Run(ctx context.Context, m *Main) error {
	params, err := c.params()
	if err != nil {
		return err
	}
	typology, err := c.typology()
	if err != nil {
		return &usageError{err}
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	return m.withStore(ctx, func(store referentials.Store) error {
		r := imuReader{command: c, store: store, params: params, bar: bar}
		defer r.ways.Close()
		start := time.Now()
		if err := r.read(ctx); err != nil {
			return err
		}
		read := time.Since(start)
		r.input.Progress = func(stage string) { bar.Update("imu "+stage, -1, "") }
		result, err := blocks.Build(ctx, &r.input, params)
		if err != nil {
			return err
		}
		built := time.Since(start) - read
		form, err := c.measure(ctx, &r, result, typology)
		if err != nil {
			return err
		}
		measured := time.Since(start) - read - built
		bar.Done()
		return c.publish(ctx, m, &r, result, form, fmt.Sprintf("read in %.1f s, built in %.1f s, measured in %.1f s", read.Seconds(), built.Seconds(), measured.Seconds()))
	})
}

// params reads the parameters of the command line, or the defaults.
func (c *imuBuildCmd) params() (*blocks.Params, error) {
	if c.Params == "" {
		params, err := blocks.ParseParams(nil)
		return &params, err
	}
	text, err := readRules("--params", c.Params)
	if err != nil {
		return nil, &usageError{err}
	}
	params, err := blocks.ParseParams(text)
	if err != nil {
		return nil, &usageError{fmt.Errorf("--params %s: %w", c.Params, err)}
	}
	return &params, nil
}

// form is what was measured of the blocks, and with what; why is set where nothing was.
type form struct {
	town   *morphology.Collections
	result *morphology.Result
	why    string
}

func (c *imuBuildCmd) measure(ctx context.Context, r *imuReader, result *blocks.Result, typology *morphology.Typology) (f form, err error) {
	if f.town, f.why, err = r.town(ctx); err != nil || f.town == nil {
		return f, err
	}
	f.result, err = r.measureBlocks(ctx, f.town, typology, result.Blocks)
	return f, err
}

func (c *imuBuildCmd) print(m *Main, result *blocks.Result, f form, times string) error {
	if c.JSON {
		out := struct {
			blocks.Report
			Form  *formReport   `json:"form,omitempty"`
			Links []blocks.Link `json:"links,omitempty"`
		}{Report: result.Report, Links: result.Lineage}
		if f.result != nil {
			out.Form = newFormReport(f.result)
		}
		return writeJSON(m, out)
	}
	fmt.Fprintf(m.Stdout, "%s%s\n", result.Report.String(), times)
	if f.result == nil {
		fmt.Fprintf(m.Stdout, "no indicators: %s\n", f.why)
		return nil
	}
	return newFormReport(f.result).write(m.Stdout)
}

// source tells what the blocks were made of.
func (c *imuBuildCmd) source() string {
	s := "imu build --within " + c.Within + " --barriers " + strings.Join(c.Barriers, ",")
	if c.Buildings != "" {
		s += " --buildings " + c.Buildings
	}
	return s
}

func (c *imuBuildCmd) publish(ctx context.Context, m *Main, r *imuReader, result *blocks.Result, f form, times string) error {
	if err := c.print(m, result, f, times); err != nil || c.DryRun {
		return err
	}
	d, rows := result.Publication(c.As, &r.zone, &r.input, r.plane)
	d.Access = r.access
	if c.Vintage != "" {
		d.Vintage = c.Vintage
	}
	if f.result != nil {
		var err error
		if d, rows, err = morphology.Widened(d, rows, f.town, f.result); err != nil {
			return err
		}
	}
	v, err := r.store.Replace(ctx, referentials.Publication{Descriptor: d, Source: c.source()}, rows)
	if err != nil {
		return err
	}
	if f.result != nil {
		if err := c.publishForms(ctx, r.store, c.source(), f.town.Buildings, f.result); err != nil {
			return err
		}
	}
	if err := c.publishLineage(ctx, m, r, result, &d); err != nil {
		return err
	}
	if !c.JSON {
		fmt.Fprintf(m.Stdout, "%s: version %d, %s blocks in %s.\n", c.As, v.ID, thousands(v.Rows), r.plane)
	}
	return nil
}

// lineageSuffix ends the name of the table of what became of blocks.
const lineageSuffix = "_lineage"

// publishLineage publishes what became of the blocks of the vintage before, if there was one.
func (c *imuBuildCmd) publishLineage(ctx context.Context, m *Main, r *imuReader, result *blocks.Result, d *referentials.Descriptor) error {
	if r.input.Previous == nil {
		return nil
	}
	of, rows := result.LineageOf(c.As+lineageSuffix, d, &r.previous)
	if err := of.Validate(); err != nil {
		return err
	}
	v, err := r.store.Replace(ctx, referentials.Publication{Descriptor: of, Source: c.source() + " --previous " + r.previous.ID}, rows)
	if err == nil && !c.JSON {
		fmt.Fprintf(m.Stdout, "%s: version %d, %s links from %s.\n", of.ID, v.ID, thousands(v.Rows), r.previous.ID)
	}
	return err
}

// imuReader reads what blocks are built from.
type imuReader struct {
	command *imuBuildCmd
	store   referentials.Store
	params  *blocks.Params
	bar     *progress
	ways    crs.Cache

	states   map[string]referentials.State
	zone     referentials.Descriptor
	previous referentials.Descriptor // of the vintage before, if any
	plane    crs.CRS
	access   referentials.Access // the narrowest of all that is read
	input    blocks.Input
}

func (r *imuReader) read(ctx context.Context) error {
	c := r.command
	if !referentials.ValidID(c.As) {
		return &usageError{referentials.Errorf(referentials.Invalid, "%q cannot name a collection", c.As).At("--as")}
	}
	all, err := r.store.Collections(ctx)
	if err != nil {
		return err
	}
	r.states, r.access = map[string]referentials.State{}, referentials.Open
	for _, s := range all {
		r.states[s.Descriptor.ID] = s
	}
	if err := c.replacesInput(r.params.Units); err != nil {
		return err
	}
	if err := r.readZone(ctx); err != nil {
		return err
	}
	for _, b := range c.Barriers {
		if err := r.readBarrier(ctx, b); err != nil {
			return err
		}
	}
	if c.Buildings != "" {
		if r.input.Buildings, err = r.layer(ctx, "--buildings", c.Buildings, ""); err != nil {
			return err
		}
	}
	if err := r.readUnits(ctx); err != nil {
		return err
	}
	previous := c.Previous
	if _, there := r.states[c.As]; previous == "" && there {
		previous = c.As
	}
	if previous != "" && previous != noPrevious {
		r.previous = r.states[previous].Descriptor
		r.input.Previous, err = r.layer(ctx, "--previous", previous, "")
	}
	return err
}

// replacesInput refuses results that would replace what they are made from.
func (c *imuBuildCmd) replacesInput(units []blocks.UnitRule) error {
	read := []string{c.Within, c.Buildings, c.Vegetation, c.Impervious}
	for _, rule := range units {
		read = append(read, rule.Source)
	}
	for _, b := range c.Barriers {
		name, _, _ := strings.Cut(b, ":")
		read = append(read, name)
	}
	for _, out := range [][2]string{{"--as", c.As}, {"--forms", c.Forms}} {
		if out[1] != "" && slices.Contains(read, out[1]) {
			return &usageError{referentials.Errorf(referentials.Conflict, "it would replace what the blocks are built from").At("%s %s", out[0], out[1])}
		}
	}
	if c.Forms == c.As {
		return &usageError{referentials.Errorf(referentials.Invalid, "blocks and buildings cannot be one collection").At("--forms %s", c.Forms)}
	}
	return nil
}

// checkPlane refuses a system whose unit is not a metre on the ground.
func checkPlane(c crs.CRS) error {
	info, err := crs.Describe(c)
	if err != nil {
		return &usageError{fmt.Errorf("--crs: %w", err)}
	}
	var why string
	switch {
	case math.Abs(info.PerUnit-1) > 1e-9:
		why = "in units of one " + info.Unit + ", not in metres"
	case !info.TrueToScale():
		why = "for the whole world: its metres are not those on the ground"
	default:
		return nil
	}
	return &usageError{referentials.Errorf(referentials.Invalid, "%s is %s", c, why).At("--crs").Do("name a system in metres, such as EPSG:2154")}
}

// readZone settles the plane and reads the polygons to be cut.
func (r *imuReader) readZone(ctx context.Context) error {
	c := r.command
	state, ok := r.states[c.Within]
	if !ok {
		return absent("--within", c.Within)
	}
	r.zone = state.Descriptor
	if c.CRS != "" {
		var err error
		if r.plane, err = crs.Parse(c.CRS); err != nil {
			return &usageError{fmt.Errorf("--crs: %w", err)}
		}
		if err := checkPlane(r.plane); err != nil {
			return err
		}
	} else if err := r.choosePlane(ctx); err != nil {
		return err
	}
	zone, err := r.layer(ctx, "--within", c.Within, "")
	if err != nil {
		return err
	}
	if len(c.Units) > 0 {
		kept := zone.Features[:0]
		for _, f := range zone.Features {
			if slices.Contains(c.Units, f.ID) {
				kept = append(kept, f)
			}
		}
		if zone.Features = kept; len(kept) != len(c.Units) {
			return &usageError{referentials.Errorf(referentials.NotFound, "%d of the %d are in collection %s", len(kept), len(c.Units), c.Within).At("--units")}
		}
	}
	r.input.Zone = *zone
	return nil
}

func (r *imuReader) choosePlane(ctx context.Context) error {
	box := geo.EmptyBound()
	err := r.store.Load(ctx, r.command.Within, 0, func(_ referentials.State, rows referentials.Rows) error {
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
	r.plane, err = blocks.Plane(&r.zone, box)
	return err
}

// readBarrier reads a collection named with or without its kind.
func (r *imuReader) readBarrier(ctx context.Context, named string) error {
	name, kindName, said := strings.Cut(named, ":")
	state, ok := r.states[name]
	if !ok {
		return absent("--barriers", name)
	}
	kind := blocks.GuessKind(name, state.Descriptor.Geometry)
	if said {
		var err error
		if kind, err = blocks.ParseKind(kindName); err != nil {
			return &usageError{fmt.Errorf("--barriers %s: %w", named, err)}
		}
	}
	layer, err := r.layer(ctx, "--barriers", name, kind)
	if err == nil {
		r.input.Barriers = append(r.input.Barriers, *layer)
	}
	return err
}

func (r *imuReader) layer(ctx context.Context, flag, id string, kind blocks.Kind) (*blocks.Layer, error) {
	state, ok := r.states[id]
	if !ok {
		return nil, absent(flag, id)
	}
	if !state.Descriptor.HasGeometry() {
		return nil, referentials.Errorf(referentials.Invalid, "it is a table, without shapes").At("%s %s", flag, id)
	}
	if a := state.Descriptor.Access; a == referentials.Restricted || a == referentials.Shared && r.access == referentials.Open {
		r.access = a
	}
	var layer blocks.Layer
	err := r.store.Load(ctx, id, 0, func(state referentials.State, rows referentials.Rows) (err error) {
		layer, err = r.params.Read(ctx, &state, rows, kind, r.plane, &r.ways, blocks.Carried()...)
		return err
	})
	return &layer, err
}

func absent(flag, id string) error {
	return referentials.Errorf(referentials.NotFound, "there is no such collection").At("%s %s", flag, id).Do("socle collections lists them")
}
