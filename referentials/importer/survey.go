package importer

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"

	"socle/geo"
	"socle/geo/topology"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// inputSurvey is what one walk over a whole file found.
type inputSurvey struct {
	done    bool // the whole file was walked
	rows    int64
	columns []evidence // by position in Fields
	types   map[geo.Type]int64
	sample  sampler
	broken  map[int64]bool // rows whose geometry is to be repaired; nil when not looked at
}

// surveyor walks files. Sets of keys span all files of an import.
type surveyor struct {
	report     func(Progress)
	engine     *topology.Engine // nil where shapes are judged when they are published
	seed       maphash.Seed
	candidates map[string]*keySet // by column name
	ids        *keySet
	integerIDs bool             // every id met was a whole number
	echoes     map[string]int64 // by column name, the rows whose id it repeats
	shortlist  int
	readable   int64 // rows, of all files
	buf        []byte
}

// keySet holds the values of a column as long as they are all there and all different.
// Values are held as 64-bit hashes: a clash, at odds of n²/2⁶⁵, would only make another
// column the key.
type keySet struct {
	hashes map[uint64]struct{}
	spoilt bool
	filled int64
}

func newKeySet() *keySet { return &keySet{hashes: map[uint64]struct{}{}} }

func (s *surveyor) enter(k *keySet, v referentials.Value) {
	if k.spoilt {
		return
	}
	if nullable(v) || v.Type() != referentials.String && v.Type() != referentials.Integer && v.Type() != referentials.Number {
		k.spoil()
		return
	}
	s.buf = v.Append(s.buf[:0])
	h := maphash.Bytes(s.seed, s.buf)
	if _, met := k.hashes[h]; met {
		k.spoil()
		return
	}
	k.hashes[h] = struct{}{}
	k.filled++
}

func (k *keySet) spoil() { k.spoilt, k.hashes = true, nil }

func newSurveyor(report func(Progress)) *surveyor {
	return &surveyor{report: report, seed: maphash.MakeSeed(), candidates: map[string]*keySet{}, ids: newKeySet(), integerIDs: true, echoes: map[string]int64{}}
}

// startEngine makes the survey judge shapes, so that the type a repair gives them is
// known before the first row is published.
func (s *surveyor) startEngine() {
	if s.engine == nil {
		s.engine = topology.NewEngine()
	}
}

func (s *surveyor) close() {
	if s.engine != nil {
		s.engine.Close()
	}
}

// maxCandidates bounds how many columns are tried as key at once.
const maxCandidates = 12

// candidate gives the set of a column that may be the key, nil when its name does not
// say so or enough are being tried.
func (s *surveyor) candidate(name string) *keySet {
	if k, known := s.candidates[name]; known {
		return k
	}
	var k *keySet
	if keyRank(fold(name)) < notAKey && s.shortlist < maxCandidates {
		k = newKeySet()
		s.shortlist++
	}
	s.candidates[name] = k
	return k
}

// notAKey is the rank of names that do not tell of an identifier.
const notAKey = 100

var keyNames = []string{
	"id", "gml_id", "cleabs", "idu", "uuid", "uid", "rnb_id", "id_adr", "id_voie", "code_iris", "code_insee",
	"fid", "ogc_fid", "gid", "objectid", "pk",
}

// keyRank orders names by how plainly they tell of an identifier, best first.
func keyRank(folded string) int {
	if i := slices.Index(keyNames, folded); i >= 0 {
		return i
	}
	words := strings.Split(folded, "_")
	switch {
	case slices.Contains(words, "id"), slices.Contains(words, "identifiant"), strings.HasPrefix(folded, "id"):
		return len(keyNames)
	case slices.Contains(words, "code"), slices.Contains(words, "numero"), slices.Contains(words, "ref"), strings.HasPrefix(folded, "cod"):
		return len(keyNames) + 1
	case slices.Contains(words, "iris"), slices.Contains(words, "insee"), slices.Contains(words, "siret"):
		return len(keyNames) + 2
	}
	return notAKey
}

// survey walks in once.
func (s *surveyor) survey(ctx context.Context, in *input) error {
	v := &in.survey
	*v = inputSurvey{types: map[geo.Type]int64{}, sample: newSampler()}
	if s.engine != nil {
		v.broken = map[int64]bool{}
	}
	var sets []*keySet
	var echoing []int // columns
	first := true
	fields := in.src.Fields()
	grow := func(n int) {
		if n > len(fields) {
			fields = in.src.Fields()
		}
		for len(v.columns) < n {
			e := newEvidence()
			// A column met late was absent before, so it cannot be a key.
			set := s.candidate(fields[len(v.columns)].Name)
			if set != nil && v.rows > 0 {
				set.spoil()
			}
			v.columns, sets = append(v.columns, e), append(sets, set)
		}
	}
	grow(len(fields))
	rows, err := in.each(ctx, s.report, Surveying, func(rec *source.Record) error {
		if rec.Err == nil {
			s.readable++
			grow(len(rec.Values))
			for i, value := range rec.Values {
				v.columns[i].add(value)
				v.columns[i].hold(value, fields[i].Type)
			}
			for i, set := range sets {
				if set != nil && !set.spoilt {
					s.enter(set, valueAt(rec, i))
				}
			}
			s.surveyID(rec)
			if first {
				for i := range rec.Values {
					echoing = append(echoing, i)
				}
				first = false
			}
			echoing = s.surveyEchoes(echoing, fields, rec)
			s.surveyShape(v, in, rec)
		}
		v.rows++
		return nil
	})
	if fields = in.src.Fields(); len(fields) > len(v.columns) {
		grow(len(fields))
	}
	v.rows, v.done = rows, err == nil
	return err
}

func valueAt(rec *source.Record, i int) referentials.Value {
	if i < 0 || i >= len(rec.Values) {
		return referentials.Null
	}
	return rec.Values[i]
}

func (s *surveyor) surveyID(rec *source.Record) {
	s.integerIDs = s.integerIDs && rec.ID.Type() == referentials.Integer
	s.enter(s.ids, rec.ID)
}

// surveyEchoes counts the rows of the columns that have repeated every id so far, and gives
// those that still do: none, mostly, from the first row on.
func (s *surveyor) surveyEchoes(among []int, fields []source.Field, rec *source.Record) []int {
	if rec.ID.IsNull() {
		return nil
	}
	still := among[:0]
	for _, i := range among {
		if name := fields[i].Name; s.echoes[name] == s.readable-1 && sameID(valueAt(rec, i), rec.ID) {
			s.echoes[name]++
			still = append(still, i)
		}
	}
	return still
}

// sameID tells whether a column's value writes as the format's own id.
func sameID(v, id referentials.Value) bool {
	if v.Type() == id.Type() {
		return v == id
	}
	return (v.Type() == referentials.String || v.Type() == referentials.Integer) && v.String() == id.String()
}

func (s *surveyor) surveyShape(v *inputSurvey, in *input, rec *source.Record) {
	g := &rec.Geom
	if !in.place.isZero() {
		in.position(rec, g)
	}
	if g.IsNull() {
		return
	}
	t := g.Type
	if s.engine != nil && t.Dimension() > 0 {
		if done, err := s.engine.Repair(g); err != nil || done.Changed {
			v.broken[rec.Number] = true
			t = g.Type
		}
	}
	v.types[t]++
	v.sample.add(g)
}

// Rows looked at to see which columns a file has, and whether its coordinates are
// plausible where nothing else is to be found out.
const (
	rowsForColumns = 25
	rowsForPlaces  = 2000
)

// peek looks at the first rows of a file.
func (s *surveyor) peek(ctx context.Context, in *input, enough int) error {
	in.survey = inputSurvey{sample: newSampler()}
	n := 0
	for rec, err := range in.src.Records(ctx) {
		if err != nil {
			return err
		}
		if rec.Err == nil {
			if !in.place.isZero() {
				in.position(rec, &rec.Geom)
			}
			in.survey.sample.add(&rec.Geom)
		}
		if n++; n == enough {
			break
		}
	}
	return nil
}
