// Package theme reads what someone asks in words, a theme on a mesh, and has it answered
// from the snapshot of now.
//
//	Question ─▶ collections, measures, filters ─▶ imu/aggregate ─▶ Release
//
// It is the only way from handlers and commands to collections that are not public: what
// comes back has passed disclosure, errors included.
package theme

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"

	"socle/geo/crs"
	"socle/imu/aggregate"
	"socle/imu/crosswalk"
	"socle/imu/disclosure"
	"socle/referentials"
	"socle/referentials/address"
	"socle/referentials/filter"
	"socle/referentials/query"
	"socle/referentials/snapshot"
)

// Question is a request in words. Only Mesh, Source and Measure have no default; a table of
// passage asks for no Measure.
type Question struct {
	Mesh    string `json:"mesh"`
	Source  string `json:"source"`
	Measure string `json:"measure,omitempty"` // sum(conso_mwh),count

	By   string `json:"by,omitempty"`   // a field: one figure for each of its values
	Wide bool   `json:"wide,omitempty"` // a column for each value, not a row
	Bin  string `json:"bin,omitempty"`  // year or month of the source's time

	Method string `json:"method,omitempty"` // auto, key, point, area, dasymetric, passage
	Base   string `json:"base,omitempty"`   // sum or total
	Field  string `json:"field,omitempty"`  // key: the reference to start at

	Weights string `json:"weights,omitempty"` // dasymetric: the collection that weighs; passage: the table
	Weight  string `json:"weight,omitempty"`  // and what of it: a field, or one-other

	Filter     string `json:"filter,omitempty"`      // CQL2 on the source
	MeshFilter string `json:"mesh-filter,omitempty"` // and on the cells

	Profile string   `json:"profile,omitempty"` // disclosure; the one the source demands
	Year    int      `json:"year,omitempty"`    // of the data; told by their time or vintage
	Parents []string `json:"parents,omitempty"` // levels above that are released too, the finest first
}

// Options tunes a Desk. The zero value of each is its default.
type Options struct {
	CacheBytes uint64              // for crosswalks: 256 MiB
	Profiles   disclosure.Profiles // beside the built-in ones: none

	// Trusted says that askers keep the data themselves: they may be told of a protected
	// source in several ways, which together give hidden figures away.
	Trusted bool

	// ReadFile makes a collection of a file that an asker sends, which nobody else sees and
	// nothing keeps, and tells what became of its rows: nil when none is taken.
	ReadFile FileReader

	// Addresses gives the index that written addresses are found in, without waiting for
	// it: nil where none are.
	Addresses func(context.Context) (*address.Index, error)

	// Store is where releases are published: nil where none are.
	Store referentials.Store

	Logger *slog.Logger // of bugs: nowhere
}

// File is what an asker sends. Name tells its format by its end.
type File struct {
	Name string
	Body io.Reader
	Key  string  // the column that identifies rows; "" for what the file says
	CRS  crs.CRS // of its coordinates, whatever it declares; zero for what it declares

	// Address are the columns that make a written address: rows are put where it is. None
	// when rows have places of their own.
	Address []string
}

// FileReader makes a collection of a file. The notes go into receipts.
type FileReader func(ctx context.Context, f File) (*snapshot.Collection, []referentials.Text, error)

const defaultCacheBytes = 256 << 20

// Desk answers questions. It is safe for concurrent use.
type Desk struct {
	current  func() *snapshot.Snapshot
	trusted  bool
	walks    *crosswalk.Cache
	profiles disclosure.Profiles
	readFile FileReader
	index    func(context.Context) (*address.Index, error)
	systems  crs.Cache
	store    referentials.Store

	publishing sync.Mutex // what a name stands for is looked at, and replaced, by one at a time
}

// New gives a Desk that answers from the snapshot that current gives. Close it.
func New(o Options, current func() *snapshot.Snapshot) (*Desk, error) {
	walks, err := crosswalk.NewCache(cmp.Or(o.CacheBytes, defaultCacheBytes), o.Logger)
	if err != nil {
		return nil, err
	}
	profiles, err := disclosure.Builtin()
	if err != nil {
		return nil, err
	}
	return &Desk{current: current, trusted: o.Trusted, walks: walks, profiles: append(profiles, o.Profiles...), readFile: o.ReadFile, index: o.Addresses, store: o.Store}, nil
}

// Close lets go of the coordinate transformers.
func (d *Desk) Close() { d.systems.Close() }

// Tag names the answer to a question for as long as the collections it is about stay as
// they are. It tells nothing of them.
func (d *Desk) Tag(q *Question) string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%+v", *q) // writing to a hash never fails
	for _, c := range d.current().Collections() {
		fmt.Fprintf(h, " %s", c.Tag())
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// Release answers a question.
func (d *Desk) Release(ctx context.Context, q *Question) (*aggregate.Release, error) {
	s := d.current()
	source, err := d.sourceOf(s, q.Source)
	if err != nil {
		return nil, err
	}
	return d.release(ctx, s, q, source, nil)
}

// ReleaseOf answers a question about a collection that only the asker has. The columns, if
// any, make a written address: rows are put where it is.
func (d *Desk) ReleaseOf(ctx context.Context, q *Question, own *snapshot.Collection, columns ...string) (*aggregate.Release, error) {
	s := d.current()
	if len(columns) == 0 {
		return d.release(ctx, s, q, own, nil)
	}
	placed, strata, err := d.place(ctx, s, q, own, columns)
	if err != nil {
		return nil, err
	}
	return d.release(ctx, s, q, placed, strata)
}

// ReleaseOfFile answers a question about a file that the asker sends.
func (d *Desk) ReleaseOfFile(ctx context.Context, q *Question, f File) (*aggregate.Release, error) {
	if d.readFile == nil {
		return nil, referentials.Errorf(referentials.Unsupported, "files are not taken here")
	}
	if len(f.Address) > 0 { // before a long read that would be for nothing
		if _, err := d.register(ctx); err != nil {
			return nil, err
		}
	}
	own, notes, err := d.readFile(ctx, f)
	if err != nil {
		return nil, err
	}
	release, err := d.ReleaseOf(ctx, q, own, f.Address...)
	if err == nil {
		release.Receipt.Notes = append(release.Receipt.Notes, notes...)
	}
	return release, err
}

func (d *Desk) release(ctx context.Context, s *snapshot.Snapshot, q *Question, source *snapshot.Collection, strata *aggregate.Strata) (*aggregate.Release, error) {
	r, err := d.request(s, q, source)
	if err != nil {
		return nil, err
	}
	r.Strata = strata
	if r.Measures, err = aggregate.ParseMeasures(q.Measure); err != nil {
		return nil, err
	}
	r.Resolve()
	run := aggregate.Run
	if r.Protected() && !d.trusted {
		run = func(ctx context.Context, r aggregate.Request, _ aggregate.Crosswalks) (*aggregate.Release, error) {
			return d.releaseOneWay(ctx, s, q, r)
		}
	}
	release, err := run(ctx, r, d.walks)
	if referentials.CodeOf(err) == referentials.NotFound { // the mesh was found: what is missing is in the question
		var e *referentials.Error
		if errors.As(err, &e) {
			wrong := *e
			wrong.Code = referentials.Invalid
			return nil, &wrong
		}
	}
	return release, err
}

// Passage is a table of passage: which share of a feature of one collection belongs to a
// cell of another.
type Passage struct {
	matrix       *crosswalk.Matrix
	source, mesh *snapshot.Collection
}

// Descriptor describes the rows.
func (p *Passage) Descriptor() referentials.Descriptor { return p.matrix.Describe(p.source, p.mesh) }

// Len counts the rows.
func (p *Passage) Len() int { return p.matrix.Len() }

// Rows gives the rows, cell by cell.
func (p *Passage) Rows(ctx context.Context) referentials.Rows {
	return p.matrix.Rows(ctx, p.source, p.mesh)
}

// WriteCSV writes the rows as CSV, quicker than through them.
func (p *Passage) WriteCSV(ctx context.Context, w io.Writer) error {
	return p.matrix.WriteCSV(ctx, w, p.source, p.mesh)
}

// Crosswalk gives the table of passage of a question. It shows keys, so the source must be
// public.
func (d *Desk) Crosswalk(ctx context.Context, q *Question) (*Passage, error) {
	s := d.current()
	source, err := d.sourceOf(s, q.Source)
	if err != nil {
		return nil, err
	}
	if _, ok := s.Public().Collection(source.Descriptor().ID); !ok {
		return nil, referentials.Errorf(referentials.Refused, "the features of %q may not be told one by one", q.Source).
			At("source").Do("ask for measures of it: aggregate")
	}
	r, err := d.request(s, q, source)
	if err != nil {
		return nil, err
	}
	m, err := aggregate.Crosswalk(ctx, r, d.walks)
	if err != nil {
		return nil, err
	}
	return &Passage{m, source, r.Mesh}, nil
}

// request finds what a question is about.
func (d *Desk) request(s *snapshot.Snapshot, q *Question, source *snapshot.Collection) (r aggregate.Request, err error) {
	r = aggregate.Request{
		Source: source, By: q.By, Wide: q.Wide, Bin: aggregate.Bin(q.Bin),
		Method: crosswalk.Method(q.Method), Base: crosswalk.Base(q.Base), Field: q.Field, Through: d.reached(s, source),
		FilterText: q.Filter, Systems: &d.systems, Profile: q.Profile, Profiles: d.profiles, Year: q.Year,
	}
	if r.Mesh, err = d.public(s, "mesh", q.Mesh); err != nil {
		return r, err
	}
	for _, id := range q.Parents {
		c, err := d.public(s, "parents", id)
		if err != nil {
			return r, err
		}
		r.Parents = append(r.Parents, c)
	}
	if q.Weights != "" {
		if r.Weights, err = d.public(s, "weights", q.Weights); err != nil {
			return r, err
		}
		r.Weight.Field, r.Weight.Minus, _ = strings.Cut(q.Weight, "-")
	} else if q.Weight != "" {
		return r, referentials.Errorf(referentials.Invalid, "%q is a field of no collection", q.Weight).
			At("weight").Do("name the collection that weighs: weights=batiments")
	}
	if (q.Filter != "" || q.MeshFilter != "") && !source.Descriptor().IsPublic() {
		// Two answers that differ by one feature are that feature.
		return r, referentials.Errorf(referentials.Refused, "%q is under statistical confidentiality: it is released whole, not filtered", source.Descriptor().ID).
			At("filter")
	}
	if r.Where, err = d.written("filter", q.Filter, source.Descriptor()); err != nil {
		return r, err
	}
	r.MeshWhere, err = d.written("mesh-filter", q.MeshFilter, r.Mesh.Descriptor())
	return r, err
}

func (d *Desk) written(where, text string, described *referentials.Descriptor) (*filter.Node, error) {
	if text == "" {
		return nil, nil
	}
	shown, _, _ := described.Public()
	if len(shown.Fields) < len(described.Fields) { // what is confidential is no name that a filter knows
		if _, err := query.Written(text, filter.Schema{Descriptor: &shown, Systems: &d.systems}); err != nil {
			return nil, at(err, where)
		}
	}
	n, err := query.Written(text, filter.Schema{Descriptor: described, Systems: &d.systems})
	return n, at(err, where)
}

// reached gives the collections that references of a collection lead to, step by step. What
// is told without rules, and of what an asker brought along, leads through nothing but what
// anyone may see: where a key leads to would be told of each.
func (d *Desk) reached(s *snapshot.Snapshot, from *snapshot.Collection) []*snapshot.Collection {
	kept, _ := s.Collection(from.Descriptor().ID)
	find := d.shown
	if d.trusted || kept == from && !from.Descriptor().IsPublic() {
		find = (*snapshot.Snapshot).Collection
	}
	out := []*snapshot.Collection{from}
	for k := 0; k < len(out); k++ {
		for _, f := range out[k].Descriptor().Fields {
			if c, ok := find(s, f.Refers); ok && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out[1:]
}

// shown gives what anyone may see of a collection: whoever keeps the data sees its
// confidential fields too.
func (d *Desk) shown(s *snapshot.Snapshot, id string) (*snapshot.Collection, bool) {
	c, ok := s.Public().Collection(id)
	switch {
	case !ok:
		return nil, false
	case d.trusted:
		return s.Collection(id)
	}
	return c.Alone(), true
}

// sourceOf finds a collection that measures can be asked of: what anyone may see, or what
// leaves through a profile. What is restricted without one does not exist for askers.
func (d *Desk) sourceOf(s *snapshot.Snapshot, id string) (*snapshot.Collection, error) {
	if c, ok := s.Collection(id); ok && d.askable(s, c) {
		return d.asSource(s, c), nil
	}
	return nil, absent(s, "source", id, func(c *snapshot.Collection) bool { return d.askable(s, c) })
}

func (d *Desk) askable(s *snapshot.Snapshot, c *snapshot.Collection) bool {
	of := c.Descriptor()
	_, shown := s.Public().Collection(of.ID)
	return shown || of.Profile != "" || d.trusted && of.Access == referentials.Open
}

// asSource leaves the confidential fields of what is told without rules.
func (d *Desk) asSource(s *snapshot.Snapshot, c *snapshot.Collection) *snapshot.Collection {
	if shown, ok := d.shown(s, c.Descriptor().ID); ok {
		return shown
	}
	return c
}

// public finds a collection that anyone may see.
func (d *Desk) public(s *snapshot.Snapshot, where, id string) (*snapshot.Collection, error) {
	if c, ok := d.shown(s, id); ok {
		return c, nil
	}
	return nil, absent(s, where, id, func(c *snapshot.Collection) bool {
		_, ok := s.Public().Collection(c.Descriptor().ID)
		return ok
	})
}

func absent(s *snapshot.Snapshot, where, id string, shown func(*snapshot.Collection) bool) error {
	if id == "" {
		return referentials.Errorf(referentials.Invalid, "no collection is named").At("%s", where)
	}
	var ids []string
	for _, c := range s.Collections() {
		if shown(c) {
			ids = append(ids, c.Descriptor().ID)
		}
	}
	code := referentials.Invalid
	if where == "mesh" {
		code = referentials.NotFound
	}
	e := referentials.Errorf(code, "there is no collection %.60q", id).At("%s", where)
	if near := referentials.Nearest(id, ids); near != "" {
		return e.Do("did you mean %q?", near)
	}
	return e
}
