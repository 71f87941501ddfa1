package migrations

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const foldingName = "003_folding.sql"

// TestFolding compares the SQL of CASEI and ACCENTI with what Go's tables of Unicode make
// of it. SOCLE_GOLDEN=write rewrites the file, until a release has run it in databases:
// newer tables are then for a new file that replaces the functions.
func TestFolding(t *testing.T) {
	got := folding()
	if os.Getenv("SOCLE_GOLDEN") == "write" {
		if err := os.WriteFile(foldingName, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := Files.ReadFile(foldingName)
	if err != nil {
		t.Fatalf("%v: run with SOCLE_GOLDEN=write", err)
	}
	if got != string(want) {
		t.Fatalf("%s is not what Unicode %s gives: add a file that replaces the functions, or run with SOCLE_GOLDEN=write while no database has run this one",
			foldingName, unicode.Version)
	}
}

func folding() string {
	from, to, many, near, nearTo := caseTables()
	text := foldingTemplate
	for name, value := range map[string]string{
		"VERSION":   unicode.Version,
		"NEAR_FROM": literal(near),
		"NEAR_TO":   literal(nearTo),
		"ANY":       classOf(slices.Concat(near, from, keys(many)), 8),
		"FOLDS":     classOf(append(slices.Clone(from), keys(many)...), 8),
		"FROM":      literal(from),
		"TO":        literal(to),
		"MANY":      classOf(keys(many), 0),
		"REPLACE":   replacements(many),
		"MARKS":     classOf(marks(), 0),
		"BARRED":    classOf(laterMarks(), 0),
	} {
		text = strings.ReplaceAll(text, "«"+name+"»", value)
	}
	return text
}

// lastNear is the last letter of Latin Extended-A: what French and its neighbours are
// written with is folded without a look at the long table.
const lastNear = 0x17F

// expansion is a letter that folds to several.
type expansion struct {
	letter rune
	folded string
}

// caseTables gives the letters that fold to one other beyond lastNear and up to it, and
// those that fold to several. ASCII is left out: lower() does it.
func caseTables() (from, to []rune, many []expansion, near, nearTo []rune) {
	caser := cases.Fold()
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if r >= 0xD800 && r < 0xE000 {
			continue
		}
		folded := caser.String(string(r))
		switch runes := []rune(folded); {
		case len(runes) > 1:
			many = append(many, expansion{r, folded})
		case runes[0] == r:
		case r <= lastNear:
			near, nearTo = append(near, r), append(nearTo, runes[0])
		default:
			from, to = append(from, r), append(to, runes[0])
		}
	}
	return from, to, many, near, nearTo
}

func keys(many []expansion) []rune {
	letters := make([]rune, len(many))
	for i := range many {
		letters[i] = many[i].letter
	}
	return letters
}

// marks gives the nonspacing marks that ACCENTI drops.
func marks() []rune {
	var m []rune
	for r := rune(0x300); r <= unicode.MaxRune; r++ {
		if unicode.Is(unicode.Mn, r) && r != 0x3099 && r != 0x309A {
			m = append(m, r)
		}
	}
	return m
}

// laterMarks gives the marks with a combining class that came with Unicode 15: what
// PostgreSQL 15 does not know, it would not reorder.
func laterMarks() []rune {
	later := []rune{0x10EFD, 0x10EFE, 0x10EFF, 0x1E08F, 0x1E4EC, 0x1E4ED, 0x1E4EE, 0x1E4EF, 0x11F41, 0x11F42}
	return slices.DeleteFunc(later, func(r rune) bool {
		return !unicode.Is(unicode.Mn, r) || norm.NFD.PropertiesString(string(r)).CCC() == 0
	})
}

// classOf writes letters as a bracket expression, with ranges wherever no more than gap
// other characters come between.
func classOf(letters []rune, gap rune) string {
	slices.Sort(letters)
	w := newWrapper("'[", "'\n      || '")
	for i := 0; i < len(letters); {
		j := i
		for j+1 < len(letters) && letters[j+1]-letters[j] <= gap+1 {
			j++
		}
		item := escape(letters[i])
		if j > i {
			item += "-" + escape(letters[j])
		}
		w.add(item)
		i = j + 1
	}
	return w.text.String() + "]'"
}

// literal writes letters as a text of ASCII alone, which any encoding of a database holds.
func literal(letters []rune) string {
	w := newWrapper("E'", "'\n       '")
	for _, r := range letters {
		w.add(escape(r))
	}
	return w.text.String() + "'"
}

func replacements(many []expansion) string {
	var b strings.Builder
	for _, e := range many {
		fmt.Fprintf(&b, "        x := replace(x, E'%s', %s);\n", escape(e.letter), literal([]rune(e.folded)))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func escape(r rune) string {
	switch {
	case r > 0xFFFF:
		return fmt.Sprintf(`\U%08X`, r)
	case r >= 0x80:
		return fmt.Sprintf(`\u%04X`, r)
	}
	return string(r)
}

// wrapper breaks a long literal into lines.
type wrapper struct {
	text strings.Builder
	line int
	fold string
}

func newWrapper(start, fold string) *wrapper {
	w := &wrapper{fold: fold}
	w.text.WriteString(start)
	return w
}

func (w *wrapper) add(s string) {
	if w.line+len(s) > 96 {
		w.text.WriteString(w.fold)
		w.line = 0
	}
	w.text.WriteString(s)
	w.line += len(s)
}

const foldingTemplate = `-- CASEI and ACCENTI, of Unicode «VERSION». Made from Go's tables by folding_test.go: what
-- PostgreSQL and its libraries know differs from one version and machine to the next.

-- The bodies are read when they run, so that databases that are not in UTF-8 can be
-- migrated as well; there the two functions fail.
SET LOCAL check_function_bodies = off;

-- casei is full case folding.
CREATE FUNCTION socle_store.casei(x text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
    x := lower(x COLLATE "C");  -- ASCII alone
    IF octet_length(x) = char_length(x) THEN
        RETURN x;
    END IF;
    IF x !~ (
      «ANY») THEN
        RETURN x;
    END IF;
    x := translate(x,
       «NEAR_FROM»,
       «NEAR_TO»);
    IF x !~ (
      «FOLDS») THEN
        RETURN x;
    END IF;
    x := translate(x,
       «FROM»,
       «TO»);
    IF x ~ (
      «MANY») THEN
«REPLACE»
    END IF;
    RETURN x;
END
$$;

-- accenti decomposes, drops nonspacing marks and recomposes. Marks that PostgreSQL 15
-- does not know, it would not reorder: they go first.
CREATE FUNCTION socle_store.accenti(x text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
    IF octet_length(x) = char_length(x) THEN
        RETURN x;
    END IF;
    x := regexp_replace(x, «BARRED», '', 'g');
    x := regexp_replace(normalize(x, NFD),
      «MARKS», '', 'g');
    RETURN normalize(x, NFC);
END
$$;
`
