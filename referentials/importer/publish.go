package importer

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"strconv"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// publisher turns the records of the files into the rows of a version, and gives every
// record its fate. It reads, converts and repairs on one goroutine while the rows of the
// batch before are written on the caller's.
type publisher struct {
	plan    *plan
	inputs  []*input
	report  *Report
	opt     *Options
	rejects rejectLog
	shaper  *shaper

	repairs, refused tallies
	types            map[geo.Type]int64
	unwrapped        []int64 // by field
	dropped          int64   // third ordinates
	shared           int64   // geometries met before
	untrackedShapes  bool

	seeds  [2]maphash.Seed
	keys   map[[2]uint64]firstRow
	shapes map[[2]uint64]struct{}
	buf    []byte

	values []referentials.Value
	geom   geo.Geometry
	grid   *grid
	moved  *crs.Transformer // from the file's system to the collection's; nil when they are one
	cross  []*crossCheck
	used   bool
}

// firstRow remembers the row that took a key.
type firstRow struct {
	input int32
	row   int64
	hash  uint64 // of the whole row
}

// maxTrackedShapes bounds the memory spent on finding geometries that are repeated.
const maxTrackedShapes = 4_000_000

func newPublisher(p *plan, inputs []*input, report *Report, opt *Options) *publisher {
	return &publisher{
		plan: p, inputs: inputs, report: report, opt: opt,
		rejects: newRejectLog(opt.Rejects),
		types:   map[geo.Type]int64{}, unwrapped: make([]int64, len(p.desc.Fields)),
		seeds:  [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		keys:   map[[2]uint64]firstRow{},
		shapes: map[[2]uint64]struct{}{},
		values: make([]referentials.Value, len(p.desc.Fields)),
	}
}

// rows gives the stream a store reads. It can be walked once.
func (p *publisher) rows(ctx context.Context) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		if p.used {
			yield(nil, errors.New("the rows of an import can be read only once"))
			return
		}
		p.used = true
		ctx, cancel := context.WithCancel(ctx)
		full, free := make(chan *batch, 2), make(chan *batch, 4)
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer close(full)
			err = p.produce(ctx, full, free)
		}()
		defer func() {
			cancel()
			<-done
		}()
		for b := range full {
			for i := range b.len() {
				if !yield(b.at(i), nil) {
					return
				}
			}
			select {
			case free <- b:
			default:
			}
		}
		<-done
		if err != nil {
			yield(nil, err)
		}
	}
}

// produce reads all files and sends batches, in order.
func (p *publisher) produce(ctx context.Context, full chan<- *batch, free <-chan *batch) (err error) {
	defer func() {
		if flushed := p.rejects.flush(); err == nil {
			err = flushed
		}
	}()
	p.shaper = newShaper(&p.plan.desc)
	defer p.shaper.engine.Close()
	b := newBatch(len(p.plan.desc.Fields))
	send := func() error {
		if b.len() == 0 {
			return nil
		}
		b.seal()
		select {
		case full <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case b = <-free:
			b.reset()
		default:
			b = newBatch(len(p.plan.desc.Fields))
		}
		return nil
	}
	for i, in := range p.inputs {
		if err := p.begin(in); err != nil {
			return err
		}
		n, err := in.each(ctx, p.opt.Progress, Publishing, func(rec *source.Record) error {
			if p.take(i, in, rec) {
				b.add(p.values, &p.geom)
			}
			if b.len() == batchRows {
				return send()
			}
			return p.rejects.err
		})
		in.rows = n
		if err := errors.Join(err, p.end()); err != nil {
			return err
		}
	}
	if err := send(); err != nil {
		return err
	}
	if p.report.Read > 0 && p.report.Accepted == 0 {
		worst := p.refused.sorted()[0]
		return referentials.Errorf(referentials.Invalid, "none of %s could be accepted: %s × %s", plural(p.report.Read, "row", "rows"),
			grouped(worst.Count), worst.Reason).At("%s", p.inputs[0].name)
	}
	if p.report.Read == 0 {
		return referentials.Errorf(referentials.Invalid, "it holds no row").At("%s", p.inputs[0].name)
	}
	return nil
}

// begin makes ready for the records of one file.
func (p *publisher) begin(in *input) (err error) {
	take := make([]int, len(p.plan.desc.Fields))
	for f, c := range p.plan.sources {
		take[f] = -1
		if c == nil {
			continue
		}
		for i, field := range in.src.Fields() {
			if field.Name == c.name {
				take[f] = i
				break
			}
		}
	}
	p.plan.take[in] = take
	if p.plan.keyFrom == fromGrid {
		if p.grid, err = newGrid(p.plan.cellSize, in.crs); err != nil {
			return err
		}
	}
	if to := p.plan.desc.CRS; in.hasGeometry() && p.plan.desc.HasGeometry() && in.crs != to {
		if p.moved, err = crs.NewTransformer(in.crs, to); err != nil {
			return err
		}
	}
	if in.known != nil && in.crs == in.known.place.crs {
		for _, other := range in.known.others {
			if c := newCrossCheck(in, other, func(row int64) string { return p.rowName(in, row) }); c != nil {
				p.cross = append(p.cross, c)
			}
		}
	}
	return nil
}

func (p *publisher) end() (err error) {
	p.grid.close()
	if p.moved != nil {
		p.moved.Close()
	}
	for _, c := range p.cross {
		err = errors.Join(err, c.finish())
		if c.apart.list != nil {
			p.report.note("%s", c.String())
		}
	}
	p.grid, p.moved, p.cross = nil, nil, nil
	return err
}

// rowName names a row in samples: its number, and its file when there are several.
func (p *publisher) rowName(in *input, row int64) string {
	if len(p.inputs) > 1 {
		return in.name + " " + strconv.FormatInt(row, 10)
	}
	return strconv.FormatInt(row, 10)
}

func (p *publisher) reject(in *input, rec *source.Record, reason, detail string) {
	p.report.Rejected++
	sample, full := p.rowName(in, rec.Number), reason
	if detail != "" {
		sample, full = sample+": "+detail, reason+": "+detail
	}
	if len(p.refused.list) >= maxReasons && p.refused.index[reason] == 0 && p.refused.list[0].Reason != reason {
		reason = "other reasons"
	}
	p.refused.add(reason, sample)
	if p.rejects.w != nil {
		p.rejects.add(in.name, rec.Number, full, rec.Raw())
	}
}

// maxReasons bounds how many different reasons are told apart.
const maxReasons = 100

// take gives a record its fate: true when p.values and p.geom hold its row.
func (p *publisher) take(at int, in *input, rec *source.Record) bool {
	p.report.Read++
	if rec.Err != nil {
		p.reject(in, rec, causeOf(rec.Err), "")
		return false
	}
	if bad := p.convert(in, rec); bad != nil {
		p.reject(in, rec, bad.Error(), bad.detail())
		return false
	}
	if reason := p.otherEnergy(); reason != "" {
		p.reject(in, rec, reason, "")
		return false
	}
	repair, reason, detail := p.shape(in, rec)
	if reason != "" {
		p.reject(in, rec, reason, detail)
		return false
	}
	if reason, detail = p.identify(at, rec); reason != "" {
		p.reject(in, rec, reason, detail)
		return false
	}
	if repair != "" {
		p.report.Repaired++
		p.repairs.add(repair, p.rowName(in, rec.Number))
	}
	p.report.Accepted++
	return true
}

// causeOf is the part of an error that is the same for many rows, for them to be counted by.
func causeOf(err error) string {
	var e *referentials.Error
	if errors.As(err, &e) {
		return e.What
	}
	return err.Error()
}

// convert fills p.values.
func (p *publisher) convert(in *input, rec *source.Record) *misfit {
	take := p.plan.take[in]
	for f := range p.values {
		v := valueAt(rec, take[f])
		if v.IsNull() {
			p.values[f] = referentials.Null
			continue
		}
		out, ok := p.plan.readings[f].convert(v, &p.unwrapped[f])
		if !ok {
			d := &p.plan.desc.Fields[f]
			return &misfit{field: d.Name, to: p.plan.readings[f].to, value: v.String()}
		}
		if clean := p.plan.clean[f]; clean != nil && out.Type() == referentials.String {
			out = referentials.StringValue(clean(out.Str()))
		}
		p.values[f] = out
	}
	return nil
}

// shape fills p.geom.
func (p *publisher) shape(in *input, rec *source.Record) (repair, reject, detail string) {
	p.geom = geo.Geometry{Type: geo.None, XY: p.geom.XY[:0], Ends: p.geom.Ends[:0], Parts: p.geom.Parts[:0]}
	if !in.place.isZero() {
		in.position(rec, &p.geom)
	} else if !rec.Geom.IsNull() {
		p.geom = rec.Geom
	}
	if !p.plan.desc.HasGeometry() {
		p.geom = geo.Geometry{}
		return "", "", ""
	}
	p.types[p.geom.Type]++
	if rec.HasZ {
		p.dropped++
	}
	for _, c := range p.cross {
		c.add(rec, &p.geom)
	}
	sound := in.survey.broken != nil && !in.survey.broken[rec.Number]
	if repair, reject, detail = p.shaper.fix(&p.geom, sound); reject != "" {
		return "", reject, detail
	}
	if reject = outOfDegrees(in.crs, &p.geom); reject != "" {
		return "", reject, ""
	}
	if p.moved != nil && len(p.geom.XY) > 0 {
		p.geom = p.geom.Clone()
		if err := p.moved.Forward(p.geom.XY); err != nil {
			return "", "has coordinates that have no image in " + p.plan.desc.CRS.String(), ""
		}
	}
	return repair, "", ""
}

// outOfDegrees refuses longitudes and latitudes that cannot be.
func outOfDegrees(c crs.CRS, g *geo.Geometry) string {
	if !isDegrees(c) || len(g.XY) == 0 {
		return ""
	}
	if outsideDegrees(g.Bound()) {
		return fmt.Sprintf("has coordinates that are not degrees, though its file is in %s", c)
	}
	return ""
}

// identify fills the key and refuses the row when it has none or one that is taken.
func (p *publisher) identify(at int, rec *source.Record) (reason, detail string) {
	key := &p.values[p.plan.key]
	field := &p.plan.desc.Fields[p.plan.key]
	switch p.plan.keyFrom {
	case fromFormat:
		*key = rec.ID
		if field.Type == referentials.String && !rec.ID.IsNull() {
			*key = referentials.StringValue(rec.ID.String())
		}
	case fromRows:
		n := p.report.Accepted + 1
		*key = referentials.IntegerValue(n)
		if field.Type == referentials.String {
			*key = referentials.StringValue(strconv.FormatInt(n, 10))
		}
	case fromGrid:
		corner, ok := p.grid.corner(&rec.Geom)
		if !ok {
			return fmt.Sprintf("is not a cell of the %d m grid", int(p.plan.cellSize)), ""
		}
		*key = referentials.StringValue(p.grid.id(corner))
	}
	if nullable(*key) {
		return "has no " + field.Name + ", which is the key", ""
	}
	// What a store would refuse must cost its row alone, not the import.
	if err := p.plan.desc.CheckRow(&referentials.Row{Values: p.values, Geom: p.geom}); err != nil {
		reason = causeOf(err)
		return "cannot be stored", reason
	}
	row := p.countShape()
	if p.plan.keyFrom == fromRows {
		return "", ""
	}
	p.buf = key.Append(p.buf[:0])
	hash := p.hash()
	row = p.hashRow(row)
	first, met := p.keys[hash]
	if !met {
		p.keys[hash] = firstRow{int32(at), rec.Number, row}
		return "", ""
	}
	before := p.rowName(p.inputs[first.input], first.row)
	if first.hash == row {
		return "repeats an earlier row exactly", "row " + before
	}
	return "has the " + field.Name + " of an earlier row", fmt.Sprintf("%s, row %s", key, before)
}

// hash gives 128 bits of p.buf: two different keys are taken for one at odds of n²/2¹²⁹.
func (p *publisher) hash() [2]uint64 {
	return [2]uint64{maphash.Bytes(p.seeds[0], p.buf), maphash.Bytes(p.seeds[1], p.buf)}
}

// countShape hashes the geometry and counts it when it was met before.
func (p *publisher) countShape() uint64 {
	if p.geom.IsNull() {
		return 0
	}
	p.buf = geo.AppendWKB(p.buf[:0], &p.geom)
	h := p.hash()
	if _, met := p.shapes[h]; met {
		p.shared++
	} else if len(p.shapes) < maxTrackedShapes {
		p.shapes[h] = struct{}{}
	} else {
		p.untrackedShapes = true
	}
	return h[0]
}

// hashRow mixes the hash of the geometry with all values.
func (p *publisher) hashRow(shape uint64) uint64 {
	p.buf = p.buf[:0]
	for _, v := range p.values {
		p.buf = v.AppendBinary(p.buf)
	}
	return maphash.Bytes(p.seeds[0], p.buf) ^ shape
}
