package address

import (
	"strconv"
	"unicode/utf8"
)

// raw is a run of letters or of digits in folded text.
type raw struct {
	from, to uint16
	digits   bool
	joint    byte // the character before it: ' ', '-', '/', '\'', or 0 when a run of the other kind touches it
}

// maxWords bounds the words of a text: sets of them are bits of a uint64.
const maxWords = 40

// latin gives letters without their accents, from U+00C0 on.
var latin = foldTable()

func foldTable() (t [0x180 - 0xC0]string) {
	for _, group := range []struct{ to, from string }{
		{"a", "ÀÁÂÃÄÅàáâãäåĀāĂăĄą"}, {"ae", "Ææ"}, {"c", "ÇçĆćĈĉĊċČč"}, {"d", "ÐðĎďĐđ"},
		{"e", "ÈÉÊËèéêëĒēĔĕĖėĘęĚě"}, {"g", "ĜĝĞğĠġĢģ"}, {"h", "ĤĥĦħ"}, {"i", "ÌÍÎÏìíîïĨĩĪīĬĭĮįİı"},
		{"j", "Ĵĵ"}, {"k", "Ķķĸ"}, {"l", "ĹĺĻļĽľĿŀŁł"}, {"n", "ÑñŃńŅņŇňŉŊŋ"}, {"o", "ÒÓÔÕÖØòóôõöøŌōŎŏŐő"},
		{"oe", "Œœ"}, {"r", "ŔŕŖŗŘř"}, {"s", "ŚśŜŝŞşŠšſ"}, {"ss", "ß"}, {"t", "ŢţŤťŦŧ"}, {"th", "Þþ"},
		{"u", "ÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲų"}, {"w", "Ŵŵ"}, {"y", "ÝýÿŶŷŸ"}, {"z", "ŹźŻżŽž"},
	} {
		for _, r := range group.from {
			t[r-0xC0] = group.to
		}
	}
	return t
}

// fold writes s in lower case without accents and cuts it into runs. Characters that are
// neither Latin letters nor digits separate; what is not UTF-8 does too.
func fold(buf []byte, runs []raw, s string) ([]byte, []raw) {
	if len(s) > MaxTextBytes {
		s = s[:MaxTextBytes]
	}
	joint := byte(' ')
	put := func(c byte) {
		digit := c <= '9'
		if n := len(runs); n > 0 && joint == 0 && runs[n-1].digits == digit {
			buf = append(buf, c)
			runs[n-1].to++
			return
		}
		at := uint16(len(buf))
		buf = append(buf, c)
		runs = append(runs, raw{from: at, to: at + 1, digits: digit, joint: joint})
		joint = 0
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
				put(c)
			case c >= 'A' && c <= 'Z':
				put(c + 'a' - 'A')
			case (c == '-' || c == '/' || c == '\'') && joint == 0:
				joint = c
			default:
				joint = ' '
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r >= 0xC0 && r < 0x180 && latin[r-0xC0] != "":
			for _, c := range []byte(latin[r-0xC0]) {
				put(c)
			}
		case r >= 0x300 && r < 0x370: // an accent on its own, after its letter
		case r == '’' && joint == 0:
			joint = '\''
		case (r == '–' || r == '—') && joint == 0:
			joint = '-'
		default:
			joint = ' '
		}
	}
	return buf, runs
}

func appendInt(dst []byte, v int32) []byte { return strconv.AppendInt(dst, int64(v), 10) }

// toInt reads digits, -1 when there are more than nine.
func toInt(b []byte) int32 {
	if len(b) > 9 {
		return -1
	}
	v := int32(0)
	for _, c := range b {
		v = v*10 + int32(c-'0')
	}
	return v
}
