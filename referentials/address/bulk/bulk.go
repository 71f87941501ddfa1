// Package bulk finds the addresses of a whole CSV file, row by row, in the columns of the
// national geocoding service and with those that say why.
//
//	bytes ─▶ records ─▶ batches ─▶ searches on all cores ─▶ batches in order ─▶ bytes
//
// Memory is bounded whatever the file is: by the batches under way and the longest record.
// Cells are given back as they came, in UTF-8.
package bulk

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"socle/referentials"
	"socle/referentials/address"
)

// Options say where in a file the addresses are. The zero value of each is its default.
type Options struct {
	Columns  []string // whose cells, one after the other, are the text: all
	CityCode string   // column of the commune's code, which answers must lie in
	Postcode string   // column of the postcode, likewise
	Kind     string   // column of the type that is wanted
	Lat, Lon string   // columns of a position: to prefer answers near it, or that Reverse starts at

	Reverse bool // look for what is near the positions

	Encoding  string   // utf-8, latin-1, windows-1252…; told from each record when empty
	Delimiter string   // told from the header when empty
	Results   []string // which of the columns of results to add: all

	// More adds columns of its own to those of each answer; nil adds none. It is called by
	// several goroutines.
	More     []string
	MoreOf   func(r *address.Result) []string
	Review   io.Writer // gets the rows that a person should look at, with the reason: nobody
	Progress func(bytes, rows int64)
}

// Report counts what became of the rows.
type Report struct {
	Rows     int64            `json:"rows"`
	Status   map[string]int64 `json:"status"`        // ok, not-found, skipped, error
	Levels   map[string]int64 `json:"match_levels"`  // of the rows that are ok
	Numbers  map[string]int64 `json:"number_status"` // of the rows that ask for one
	Doubtful int64            `json:"doubtful"`
}

// The states of a row.
const (
	StatusOK       = "ok"
	StatusNotFound = "not-found"
	StatusSkipped  = "skipped" // nothing is there to look for
	StatusError    = "error"   // the row cannot be read
)

// batchBytes is how much of a file is searched for at once.
const batchBytes = 32 << 10

// Run reads a CSV file from r and writes it to w with what was found. Errors of the file
// come before anything is written, but for those that only its end shows.
func Run(ctx context.Context, x *address.Index, r io.Reader, w io.Writer, o Options) (*Report, error) {
	s, err := newSplitter(r, o.Delimiter, o.Encoding)
	if err != nil {
		return nil, err
	}
	p, err := newPlan(x, &o, s)
	if err != nil {
		return nil, err
	}
	report := &Report{Status: map[string]int64{}, Levels: map[string]int64{}, Numbers: map[string]int64{}}
	if _, err := w.Write(p.header(false)); err != nil {
		return nil, err
	}
	if o.Review != nil {
		if _, err := o.Review.Write(p.header(true)); err != nil {
			return nil, err
		}
	}
	workers := runtime.GOMAXPROCS(0)
	todo, order := make(chan *batch, workers), make(chan *batch, 2*workers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(todo)
		defer close(order)
		for {
			b := &batch{done: make(chan struct{})}
			more, err := s.next(b)
			if len(b.ends) > 0 {
				for _, c := range []chan *batch{order, todo} {
					select {
					case c <- b:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
			}
			if !more || err != nil {
				return err
			}
		}
	})
	for range workers {
		group.Go(func() error {
			worker := newWorker(p)
			for b := range todo {
				worker.do(b)
				close(b.done)
			}
			return nil
		})
	}
	group.Go(func() error { return p.drain(ctx, order, w, report) })
	return report, group.Wait()
}

// drain writes batches in their order.
func (p *plan) drain(ctx context.Context, order <-chan *batch, w io.Writer, report *Report) error {
	var bytes int64
	for b := range order {
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if _, err := w.Write(b.out); err != nil {
			return err
		}
		if p.options.Review != nil && len(b.review) > 0 {
			if _, err := p.options.Review.Write(b.review); err != nil {
				return err
			}
		}
		b.tally.addTo(report)
		bytes += int64(len(b.text))
		if p.options.Progress != nil {
			p.options.Progress(bytes, report.Rows)
		}
	}
	return ctx.Err()
}

// batch is some whole records, and what becomes of them.
type batch struct {
	text   []byte
	ends   []int  // of the records in text, terminators included
	broken []bool // a record whose quotes do not close

	out, review []byte
	tally       tally
	done        chan struct{}
}

// plan is how the cells of a file are read.
type plan struct {
	x                          *address.Index
	options                    *Options
	split                      *splitter
	names                      []string
	text                       []int // columns of the text
	city, post, kind, lat, lon int
	results                    []int // of resultColumns
}

func newPlan(x *address.Index, o *Options, s *splitter) (*plan, error) {
	p := &plan{x: x, options: o, split: s, names: s.names}
	find := func(what, name string) (int, error) {
		if name == "" {
			return -1, nil
		}
		if i := slices.Index(p.names, name); i >= 0 {
			return i, nil
		}
		if i := slices.IndexFunc(p.names, func(n string) bool { return strings.EqualFold(strings.TrimSpace(n), strings.TrimSpace(name)) }); i >= 0 {
			return i, nil
		}
		e := referentials.Errorf(referentials.Invalid, "the file has no column %.60q", name).At("%s", what)
		if near := referentials.Nearest(name, p.names); near != "" {
			return -1, e.Do("did you mean %q?", near)
		}
		return -1, e.Do("it has %.300s", strings.Join(p.names, ", "))
	}
	for _, c := range o.Columns {
		i, err := find("columns", c)
		if err != nil {
			return nil, err
		}
		p.text = append(p.text, i)
	}
	for _, c := range []struct {
		what, name string
		at         *int
	}{{"citycode", o.CityCode, &p.city}, {"postcode", o.Postcode, &p.post}, {"type", o.Kind, &p.kind}, {"lat", o.Lat, &p.lat}, {"lon", o.Lon, &p.lon}} {
		var err error
		if *c.at, err = find(c.what, c.name); err != nil {
			return nil, err
		}
	}
	if o.Reverse && (p.lat < 0 || p.lon < 0) {
		if p.lat, p.lon = positionColumns(p.names); p.lat < 0 || p.lon < 0 {
			return nil, referentials.Errorf(referentials.Invalid, "the file has no columns of latitude and longitude").
				At("lat, lon").Do("name them latitude and longitude, or tell which they are")
		}
	}
	if len(o.Columns) == 0 {
		for i := range p.names {
			if i != p.city && i != p.post && i != p.kind && i != p.lat && i != p.lon {
				p.text = append(p.text, i)
			}
		}
	}
	for i, c := range resultColumns {
		if len(o.Results) == 0 || slices.Contains(o.Results, c.name) || slices.Contains(o.Results, p.resultName(i)) || c.name == "result_status" {
			p.results = append(p.results, i)
		}
	}
	for _, name := range o.Results {
		if !slices.ContainsFunc(p.results, func(i int) bool { return resultColumns[i].name == name || p.resultName(i) == name }) && !slices.Contains(o.More, name) {
			return nil, referentials.Errorf(referentials.Invalid, "there is no column %.60q in results", name).At("result_columns").
				Do("use some of %s", strings.Join(resultNames(), ", "))
		}
	}
	return p, nil
}

func positionColumns(names []string) (lat, lon int) {
	find := func(known ...string) int {
		return slices.IndexFunc(names, func(n string) bool { return slices.Contains(known, strings.ToLower(strings.TrimSpace(n))) })
	}
	return find("latitude", "lat", "y"), find("longitude", "lon", "long", "lng", "x")
}

// resultName names a column of results. Where an answer lies has another name beside the
// positions of the file.
func (p *plan) resultName(i int) string {
	name := resultColumns[i].name
	position := name == latitude || name == longitude
	if position && (p.options.Reverse || slices.Contains(p.names, latitude) || slices.Contains(p.names, longitude)) {
		return "result_" + name
	}
	return name
}

func (p *plan) header(review bool) []byte {
	out := p.split.appendRecord(nil, p.names)
	for _, i := range p.results {
		out = append(append(out, p.split.delimiter), p.resultName(i)...)
	}
	for _, name := range p.options.More {
		out = append(append(out, p.split.delimiter), name...)
	}
	if review {
		out = fmt.Appendf(out, "%cresult_doubt%cresult_next_label", p.split.delimiter, p.split.delimiter)
	}
	return append(out, '\n')
}
