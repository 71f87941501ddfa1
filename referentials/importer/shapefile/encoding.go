package shapefile

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"socle/referentials/importer/source"
)

// decoder turns the bytes of texts into UTF-8.
type decoder struct {
	table    *source.CharTable // of a one-byte encoding; nil for UTF-8
	sniff    bool              // take what is valid UTF-8 as such, whatever the table
	fallback *source.CharTable // for what is not valid UTF-8
	replaced int64             // texts the fallback was used for, where UTF-8 was declared
	declared bool
	scratch  []byte
}

// chooseEncoding takes the forced encoding, that of the .cpg, or that of the language
// byte. The last is written by many programs without thought, so that a text which is
// valid UTF-8 beyond ASCII, hardly possible by chance, is taken as UTF-8 all the same.
func (l *Layer) chooseEncoding(ctx context.Context, forced source.Encoding) (decoder, error) {
	d := decoder{fallback: source.Windows1252.CharTable()}
	named, where := forced, "asked for"
	if named == "" && l.file.HasPart(".cpg") {
		b, err := l.file.ReadPart(ctx, ".cpg", maxPart)
		if err != nil {
			return d, err
		}
		name := strings.TrimSpace(string(bytes.TrimPrefix(bytes.Trim(b, "\x00"), []byte("\ufeff"))))
		if named, where = codePage(name), "the .cpg"; named == "" {
			l.note("the .cpg names %q, an encoding that is not known; texts are read as UTF-8 or windows-1252", shorten(name))
		}
	}
	switch {
	case named == source.UTF8:
		d.declared = true
	case named.IsWide():
		l.note("the texts of a .dbf cannot be in %s, as %s says; they are read as UTF-8 or windows-1252", named, where)
	case named != "":
		d.table = named.CharTable()
	default:
		d.sniff = true
		d.table = languageTable(l.table.language)
	}
	return d, nil
}

// codePage reads the names found in .cpg files, which are less regular than others.
func codePage(name string) source.Encoding {
	if e, err := source.ParseEncoding(name); err == nil {
		return e
	}
	key := strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
	for _, prefix := range []string{"ansi", "oem", "cp", "windows", "ibm"} {
		key = strings.TrimPrefix(key, prefix)
	}
	switch key {
	case "65001":
		return source.UTF8
	case "88591", "28591", "iso88591":
		return source.Latin1
	case "885915", "28605":
		return source.Latin9
	case "1252":
		return source.Windows1252
	case "850", "437":
		return source.CP850
	case "10000":
		return source.MacRoman
	}
	return ""
}

// languageTable gives the encoding of a language driver id, windows-1252 when there is
// none: it agrees with Latin-1 wherever that has letters.
func languageTable(id byte) *source.CharTable {
	switch id {
	case 0x01, 0x02, 0x0d, 0x0e, 0x1d, 0x25, 0x37: // DOS code pages 437 and 850
		return source.CP850.CharTable()
	case 0x04:
		return source.MacRoman.CharTable()
	}
	return source.Windows1252.CharTable()
}

// decode gives the text of b. A column too narrow for a UTF-8 text cuts it anywhere: cut
// tells that the last character may be a part of one, which is then left out.
func (d *decoder) decode(b []byte, cut bool) string {
	if ascii(b) {
		return string(b)
	}
	if d.table != nil && !d.sniff {
		return d.through(d.table, b)
	}
	if utf8.Valid(b) {
		return string(b)
	}
	if whole := withoutCutRune(b); cut && len(whole) < len(b) && !ascii(whole) && utf8.Valid(whole) {
		return string(whole)
	}
	if d.table != nil {
		return d.through(d.table, b)
	}
	if d.declared && cut {
		// One broken character at the very end, nothing else beyond ASCII.
		if whole := withoutCutRune(b); len(whole) < len(b) && utf8.Valid(whole) {
			return string(whole)
		}
		d.replaced++
	}
	return d.through(d.fallback, b)
}

func (d *decoder) through(t *source.CharTable, b []byte) string {
	d.scratch = t.Append(d.scratch[:0], b)
	return string(d.scratch)
}

// withoutCutRune leaves out a UTF-8 sequence that b ends in the middle of.
func withoutCutRune(b []byte) []byte {
	for i := len(b) - 1; i >= 0 && len(b)-i < utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return b[:i]
			}
			return b
		}
	}
	return b
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
