package bulk

import (
	"bytes"
	"strconv"
	"strings"

	"socle/referentials/address"
)

// resultColumn is a column that is added to a file.
type resultColumn struct {
	name string
	of   func(dst []byte, w *worker, r *address.Result) []byte
}

func textColumn(name string, of func(r *address.Result) string) resultColumn {
	return resultColumn{name, func(dst []byte, w *worker, r *address.Result) []byte { return w.plan.split.appendCell(dst, of(r)) }}
}

func numberColumn(name string, decimals int, of func(r *address.Result) float64) resultColumn {
	return resultColumn{name, func(dst []byte, _ *worker, r *address.Result) []byte {
		return strconv.AppendFloat(dst, of(r), 'f', decimals, 64)
	}}
}

// Columns that files often have too.
const (
	latitude  = "latitude"
	longitude = "longitude"
)

// resultColumns are those of the national service, then those that say why.
var resultColumns = []resultColumn{
	numberColumn(latitude, 7, func(r *address.Result) float64 { return r.Position.Lat }),
	numberColumn(longitude, 7, func(r *address.Result) float64 { return r.Position.Lon }),
	{"result_label", func(dst []byte, w *worker, r *address.Result) []byte {
		w.room = r.AppendLabel(w.room[:0])
		return w.plan.split.appendCell(dst, string(w.room))
	}},
	numberColumn("result_score", 3, func(r *address.Result) float64 { return r.Score }),
	numberColumn("result_score_next", 3, func(r *address.Result) float64 { return r.Score - r.Margin }),
	textColumn("result_type", func(r *address.Result) string { return r.Level.Kind() }),
	textColumn("result_id", func(r *address.Result) string { return r.ID }),
	{"result_housenumber", func(dst []byte, w *worker, r *address.Result) []byte {
		w.room = r.AppendNumber(w.room[:0])
		return w.plan.split.appendCell(dst, string(w.room))
	}},
	textColumn("result_name", func(r *address.Result) string { return r.Name }),
	textColumn("result_street", func(r *address.Result) string {
		if r.StreetID == "" && r.Level == address.Municipality {
			return ""
		}
		return r.Name
	}),
	textColumn("result_postcode", func(r *address.Result) string { return r.Postcode }),
	textColumn("result_city", func(r *address.Result) string { return r.City }),
	textColumn("result_citycode", func(r *address.Result) string { return r.CityCode }),
	{"result_distance", func(dst []byte, _ *worker, r *address.Result) []byte {
		if r.Distance < 0 {
			return dst
		}
		return strconv.AppendFloat(dst, r.Distance, 'f', 1, 64)
	}},
	textColumn("result_match_level", func(r *address.Result) string { return r.Level.String() }),
	textColumn("result_number_status", func(r *address.Result) string { return r.Number.String() }),
	numberColumn("result_text_score", 3, func(r *address.Result) float64 { return r.Text }),
	numberColumn("result_margin", 3, func(r *address.Result) float64 { return r.Margin }),
	textColumn("result_rva_id", rvaID),
	textColumn("result_id_voie", func(r *address.Result) string { return r.StreetID }),
	{"result_status", nil}, // written by the row
}

// rvaID is the key of an address, "" for what is none.
func rvaID(r *address.Result) string {
	if r.Level == address.Housenumber || r.Level == address.Interpolated {
		return r.ID
	}
	return ""
}

// resultNames names the columns that can be added.
func resultNames() []string {
	out := make([]string, len(resultColumns))
	for i := range resultColumns {
		out[i] = resultColumns[i].name
	}
	return out
}

// worker searches for the rows of batches, one goroutine each.
type worker struct {
	plan    *plan
	cells   cells
	room    []byte
	results []address.Result
	codes   [1]string
	kinds   [1]string
}

func newWorker(p *plan) *worker { return &worker{plan: p} }

func (w *worker) do(b *batch) {
	from := 0
	for i, end := range b.ends {
		w.row(b, w.plan.split.text(b.text[from:end]), b.broken[i])
		from = end
	}
}

// row searches for one row and writes it with what was found.
func (w *worker) row(b *batch, record []byte, broken bool) {
	p := w.plan
	if len(bytes.TrimSpace(record)) == 0 {
		return // a blank line
	}
	list := w.cells.read(record, p.split.delimiter)
	cut := len(list) > len(p.names)
	for len(list) > len(p.names) && len(list[len(list)-1]) == 0 { // spreadsheets end some rows so
		list = list[:len(list)-1]
	}
	wide := len(list) > len(p.names)
	w.results = w.results[:0]
	var status string
	switch {
	case broken || wide:
		status = StatusError
	case p.options.Reverse:
		status = w.reverse(list)
	default:
		status = w.search(list)
	}
	var r *address.Result
	if len(w.results) > 0 {
		r = &w.results[0]
	}
	at := len(b.out)
	if broken || cut {
		text := make([]string, min(len(list), len(p.names)))
		for i := range text {
			text[i] = string(list[i])
		}
		b.out = p.split.appendRecord(b.out, text)
	} else {
		b.out = append(b.out, record...)
	}
	for range len(p.names) - len(list) {
		b.out = append(b.out, p.split.delimiter)
	}
	for _, i := range p.results {
		b.out = append(b.out, p.split.delimiter)
		switch c := &resultColumns[i]; {
		case c.of == nil:
			b.out = append(b.out, status...)
		case r != nil:
			b.out = c.of(b.out, w, r)
		}
	}
	if len(p.options.More) > 0 {
		more := make([]string, len(p.options.More))
		if r != nil {
			more = p.options.MoreOf(r)
		}
		for _, cell := range more {
			b.out = p.split.appendCell(append(b.out, p.split.delimiter), cell)
		}
	}
	doubt := doubtOf(status, r)
	b.tally.count(status, r, doubt != "")
	if doubt != "" && p.options.Review != nil {
		b.review = append(append(append(b.review, b.out[at:]...), p.split.delimiter), doubt...)
		b.review = append(b.review, p.split.delimiter)
		if len(w.results) > 1 {
			w.room = w.results[1].AppendLabel(w.room[:0])
			b.review = p.split.appendCell(b.review, string(w.room))
		}
		b.review = append(b.review, '\n')
	}
	b.out = append(b.out, '\n')
}

func (w *worker) cell(list [][]byte, i int) string {
	if i < 0 || i >= len(list) {
		return ""
	}
	return string(bytes.TrimSpace(list[i]))
}

func (w *worker) search(list [][]byte) string {
	p := w.plan
	w.room = w.room[:0]
	for _, i := range p.text {
		if i < len(list) {
			w.room = append(append(w.room, list[i]...), ' ')
		}
	}
	q := address.Query{Text: string(bytes.TrimSpace(w.room)), Limit: 2}
	if q.Text == "" {
		return StatusSkipped
	}
	q.CityCodes, q.Postcode, q.Kinds = w.filters(list)
	if at, ok := w.position(list); ok {
		q.Near = &at
	}
	if w.results = p.x.Search(&q, w.results); len(w.results) == 0 {
		return StatusNotFound
	}
	return StatusOK
}

// filters gives what a row says that answers must be. They hold until the next row.
func (w *worker) filters(list [][]byte) (cities []string, postcode string, kinds []string) {
	if code := w.cell(list, w.plan.city); code != "" {
		w.codes[0] = code
		cities = w.codes[:]
	}
	if kind := w.cell(list, w.plan.kind); kind != "" {
		w.kinds[0] = kind
		kinds = w.kinds[:]
	}
	return cities, w.cell(list, w.plan.post), kinds
}

func (w *worker) reverse(list [][]byte) string {
	at, ok := w.position(list)
	if !ok {
		return StatusSkipped
	}
	q := address.ReverseQuery{Position: at, Limit: 2}
	q.CityCodes, q.Postcode, q.Kinds = w.filters(list)
	if w.results = w.plan.x.Reverse(&q, w.results); len(w.results) == 0 {
		return StatusNotFound
	}
	return StatusOK
}

func (w *worker) position(list [][]byte) (address.Position, bool) {
	if w.plan.lat < 0 || w.plan.lon < 0 {
		return address.NoPosition, false
	}
	read := func(i int) (float64, error) {
		return strconv.ParseFloat(strings.Replace(w.cell(list, i), ",", ".", 1), 64)
	}
	lat, err := read(w.plan.lat)
	lon, err2 := read(w.plan.lon)
	return address.Position{Lon: lon, Lat: lat}, err == nil && err2 == nil && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180
}

// Bounds beyond which a row needs no second look.
const (
	sureText   = 0.9
	sureMargin = 0.02
)

// doubtOf tells why a person should look at a row, "" when nobody needs to.
func doubtOf(status string, r *address.Result) string {
	switch {
	case status == StatusSkipped:
		return ""
	case status != StatusOK:
		return status
	case r.Level == address.Municipality:
		return "municipality"
	case r.Number == address.Nearest || r.Number == address.Missing:
		return "number-" + r.Number.String()
	case r.Text < sureText:
		return "text"
	case r.Margin < sureMargin:
		return "ambiguous"
	}
	return ""
}

// tally counts the rows of a batch.
type tally struct {
	rows, doubtful           int64
	status, levels, statuses [5]int64
}

var statusNames = [...]string{StatusOK, StatusNotFound, StatusSkipped, StatusError}

func (t *tally) count(status string, r *address.Result, doubtful bool) {
	t.rows++
	if doubtful {
		t.doubtful++
	}
	for i, name := range statusNames {
		if name == status {
			t.status[i]++
		}
	}
	if r != nil {
		t.levels[r.Level]++
		t.statuses[r.Number]++
	}
}

func (t *tally) addTo(r *Report) {
	r.Rows += t.rows
	r.Doubtful += t.doubtful
	for i, name := range statusNames {
		if t.status[i] > 0 {
			r.Status[name] += t.status[i]
		}
	}
	for i := range t.levels {
		if t.levels[i] > 0 {
			r.Levels[address.Level(i).String()] += t.levels[i]
		}
	}
	for i := address.Exact; i <= address.Missing; i++ {
		if t.statuses[i] > 0 {
			r.Numbers[i.String()] += t.statuses[i]
		}
	}
}
