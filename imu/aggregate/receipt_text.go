package aggregate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"socle/imu/disclosure"
	"socle/referentials"
)

// Text writes the receipt for people, in French ("fr") or else in English, line by line.
func (r *Receipt) Text(lang string) string {
	w := &writer{french: lang == "fr"}
	w.line("%s : %s sur %s", "%s: %s on %s", w.word(r.Source.Title), strings.Join(r.Measures, ", "), w.word(r.Mesh.Title))
	inputs := slices.Concat([]Input{r.Source, r.Mesh}, r.Parents, r.Through)
	if r.Weights != nil {
		inputs = append(inputs, *r.Weights)
	}
	for i := range inputs {
		if !slices.Contains(inputs[:i], inputs[i]) {
			w.input(&inputs[i])
		}
	}
	if r.By != "" {
		w.line("Par : %s", "By: %s", r.By)
	}
	if r.Filter != "" {
		w.line("Filtre : %s", "Filter: %s", r.Filter)
	}
	w.line("Méthode : %s (%s)", "Method: %s (%s)", w.method(r.Method), w.word(r.Method.Why))
	switch {
	case r.Rows > 0 && r.Kept < r.Rows:
		w.line("Lignes : %d, dont %d retenues par le filtre", "Rows: %d, of which the filter keeps %d", r.Rows, r.Kept)
	case r.Rows > 0:
		w.line("Lignes : %d", "Rows: %d", r.Rows)
	}
	for _, l := range r.Levels {
		if l.Count > 0 {
			w.line("  %s : %d", "  %s: %d", w.level(l.Level), l.Count)
		}
	}
	w.unmatched(r)
	w.written(r.Written)
	for i := range r.Balance {
		w.balance(&r.Balance[i])
	}
	for _, q := range r.Quality {
		w.line("Champ %s = %s : %d lignes", "Field %s = %s: %d rows", q.Field, q.Value, q.Count)
	}
	f := &r.Figures
	w.line("Chiffres, tous niveaux : %d montrés, %d sans donnée", "Figures, on all levels: %d shown, %d without data", f.Shown, f.Empty)
	if r.Rules != nil {
		w.line("  masqués : %d (seuil), %d (dominance), %d (complémentaires) ; totaux partiels : %d",
			"  hidden: %d (threshold), %d (dominance), %d (complementary); partial totals: %d", f.Threshold, f.Dominance, f.Complementary, f.Partial)
		w.line("Règles : %s, %s", "Rules: %s, %s", r.Rules.Profile, w.law(r.Rules.Title))
		for _, law := range r.Rules.Law {
			w.line("  %s", "  %s", w.law(law))
		}
		if notice := w.law(r.Rules.Notice); notice != "" {
			w.line("  %s", "  %s", notice)
		}
	}
	for _, n := range r.Notes {
		w.line("Note : %s", "Note: %s", w.word(n))
	}
	return w.String()
}

// summary says in a paragraph what a table is: it goes with it wherever it is published, and
// so does what the law wants told.
func (r *Receipt) summary(lang string) string {
	w := &writer{french: lang == "fr"}
	s := strings.Join(r.Measures, ", ") + w.of([2]string{" ; ", "; "}) + w.method(r.Method) + " (" + w.word(r.Method.Why) + ")."
	if r.Rules != nil {
		for _, law := range slices.Concat([]disclosure.Text{r.Rules.Title}, r.Rules.Law, []disclosure.Text{r.Rules.Notice}) {
			if text := strings.TrimSuffix(w.law(law), "."); text != "" {
				s += " " + text + "."
			}
		}
	}
	return s
}

// maxExamples bounds the features without a cell that the text names; the JSON has more.
const maxExamples = 10

func (w *writer) unmatched(r *Receipt) {
	for i, f := range r.Unmatched {
		if i == maxExamples {
			w.line("    … d'autres exemples sont dans le reçu complet", "    … more examples are in the whole receipt")
			return
		}
		share := ""
		if f.Share < 1 {
			share = fmt.Sprintf(", %s %%", w.decimal(fmt.Sprintf("%.3g", 100*f.Share)))
		}
		w.line("    %s : %s%s", "    %s: %s%s", f.Key, w.reason(f.Reason), share)
	}
}

// writer writes in one of two languages.
type writer struct {
	strings.Builder
	french bool
}

func (w *writer) line(fr, en string, args ...any) {
	if w.french {
		en = fr
	}
	fmt.Fprintf(w, en+"\n", args...)
}

func (w *writer) word(t referentials.Text) string {
	if w.french {
		return t.FR
	}
	return t.EN
}

func (w *writer) law(t disclosure.Text) string { return w.word(referentials.Text(t)) }

func (w *writer) input(in *Input) {
	s := fmt.Sprintf("  %s, version %d.%d", in.Collection, in.Version, in.Revision)
	if in.Version == 0 { // stores count from 1
		s = "  " + in.Collection + w.of([2]string{", donnée fournie et non conservée", ", brought along and not kept"})
	}
	for _, more := range []string{in.Vintage, in.Producer, in.Licence} {
		if more != "" {
			s += ", " + more
		}
	}
	w.line("%s", "%s", s)
}

func (w *writer) balance(b *Balance) {
	number := func(v *float64) string {
		if v == nil {
			return w.of([2]string{"non communiqué", "not told"})
		}
		return w.number(*v)
	}
	name := strings.TrimSpace(b.Measure + " " + b.Period)
	if b.Unit != "" && b.Unit != one {
		name += " (" + unit(b.Unit) + ")"
	}
	w.line("Bilan %s : total %s, montré %s, hors maillage ou non apparié %s, masqué %s",
		"Balance of %s: total %s, shown %s, outside or unmatched %s, withheld %s", name, number(b.Total), number(&b.Shown), number(b.Unmatched), number(b.Withheld))
	if b.Elsewhere != 0 {
		w.line("  mailles écartées par le filtre : %s", "  in cells that the filter left out: %s", number(&b.Elsewhere))
	}
	if b.Partial {
		w.line("  total partiel : des parts masquées n'y sont pas", "  partial total: hidden parts are not in it")
	}
}

// written tells how precisely written addresses are known, and on which mesh that is enough.
func (w *writer) written(list []Stratum) {
	if len(list) > 0 {
		w.line("Adresses écrites, par précision et par première maille qui les contient sûrement :", "Written addresses, by precision and by the first mesh with a cell that surely holds them:")
	}
	for i := range list {
		s := &list[i]
		where := s.Mesh
		if where == "" {
			where = w.of([2]string{"aucune maille", "no cell"})
		}
		mass := ""
		for _, m := range s.Mass {
			mass += ", " + m.Measure + " " + w.number(m.Value)
			if m.Unit != "" && m.Unit != one {
				mass += " " + unit(m.Unit)
			}
		}
		w.line("  %s, %s : %d%s", "  %s, %s: %d%s", w.precision(s.Level), where, s.Rows, mass)
	}
}

func (w *writer) number(v float64) string {
	if short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64); err == nil {
		v = short
	}
	return w.decimal(string(referentials.AppendFloat(nil, v)))
}
