package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"socle/referentials"
)

// Encoding is how text is written in bytes.
type Encoding string

// The encodings. French producers have used all of them.
const (
	UTF8        Encoding = "UTF-8"
	UTF16LE     Encoding = "UTF-16LE"
	UTF16BE     Encoding = "UTF-16BE"
	Latin1      Encoding = "ISO-8859-1"
	Latin9      Encoding = "ISO-8859-15"
	Windows1252 Encoding = "windows-1252"
	CP850       Encoding = "CP850"
	MacRoman    Encoding = "macintosh"
)

// ParseEncoding reads a name as people write it: utf8, latin1, ISO-8859-15, cp1252…
func ParseEncoding(s string) (Encoding, error) {
	key := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_ ", r) {
			return -1
		}
		return r
	}, strings.ToLower(s))
	switch key {
	case "utf8", "ascii", "usascii":
		return UTF8, nil
	case "utf16", "utf16le":
		return UTF16LE, nil
	case "utf16be":
		return UTF16BE, nil
	case "iso88591", "latin1":
		return Latin1, nil
	case "iso885915", "latin9":
		return Latin9, nil
	case "windows1252", "cp1252", "1252", "ansi":
		return Windows1252, nil
	case "cp850", "ibm850", "850":
		return CP850, nil
	case "macintosh", "macroman", "mac":
		return MacRoman, nil
	}
	return "", referentials.Errorf(referentials.Invalid, "%q is not an encoding that is known", s).
		Do("use UTF-8, UTF-16, ISO-8859-1, ISO-8859-15, windows-1252, CP850 or macintosh")
}

func (e Encoding) charmap() *charmap.Charmap {
	switch e {
	case Latin1:
		return charmap.ISO8859_1
	case Latin9:
		return charmap.ISO8859_15
	case Windows1252:
		return charmap.Windows1252
	case CP850:
		return charmap.CodePage850
	case MacRoman:
		return charmap.Macintosh
	}
	return nil
}

// IsWide tells the encodings that are not a superset of ASCII byte by byte.
func (e Encoding) IsWide() bool { return e == UTF16LE || e == UTF16BE }

// CharTable turns the bytes of a one-byte encoding into UTF-8.
type CharTable struct{ high [128]string }

// CharTable gives e's table, nil for UTF-8 and UTF-16.
func (e Encoding) CharTable() *CharTable {
	m := e.charmap()
	if m == nil {
		return nil
	}
	t := new(CharTable)
	for i := range t.high {
		t.high[i] = string(m.DecodeByte(byte(128 + i)))
	}
	return t
}

// Append appends src to dst as UTF-8.
func (t *CharTable) Append(dst, src []byte) []byte {
	for _, c := range src {
		if c < utf8.RuneSelf {
			dst = append(dst, c)
		} else {
			dst = append(dst, t.high[c-utf8.RuneSelf]...)
		}
	}
	return dst
}

// Text is what a whole reading of a text file taught about its bytes.
type Text struct {
	Encoding Encoding
	BOM      int    // bytes of the byte order mark to skip
	Invalid  int64  // bytes that are not of the encoding: parts of the file were written otherwise
	First    int64  // offset of the first of them
	Newline  byte   // '\n', or '\r' for files of old Macintoshes
	Reason   string // why this encoding
	Notes    []string
}

// SurveyText reads the whole file once to tell its encoding: a first megabyte without
// accents says nothing of the rest, and a guess that fails late would mangle names. A
// forced encoding is only checked. Asked again, it gives what it found.
func (f *File) SurveyText(ctx context.Context, forced Encoding) (Text, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t, known := f.texts[forced]; known {
		t.Notes = slices.Clone(t.Notes)
		return t, nil
	}
	t, err := f.surveyText(ctx, forced)
	if err != nil {
		return Text{}, err
	}
	if f.texts == nil {
		f.texts = map[Encoding]Text{}
	}
	f.texts[forced] = t
	if forced == "" {
		f.texts[t.Encoding] = t // forcing what was found changes nothing
	}
	t.Notes = slices.Clone(t.Notes)
	return t, nil
}

func (f *File) surveyText(ctx context.Context, forced Encoding) (Text, error) {
	r, err := f.open(ctx, new(atomic.Int64))
	if err != nil {
		return Text{}, err
	}
	defer r.Close()
	var s textSurvey
	var whole []byte
	keep := f.Compressed()
	if keep {
		whole = make([]byte, 0, min(usualRatio*f.size, keptUnpacked))
	}
	buf := make([]byte, 256<<10)
	kept := 0
	for first := true; ; first = false {
		n, last, err := fill(r, buf[kept:])
		if err != nil {
			return Text{}, err
		}
		if keep = keep && len(whole)+n <= keptUnpacked; keep {
			whole = append(whole, buf[kept:kept+n]...)
		}
		chunk := buf[:kept+n]
		if first {
			s.begin(chunk, forced)
		}
		rest := s.scan(chunk, last)
		if last {
			break
		}
		kept = copy(buf, rest)
	}
	if keep {
		f.unpacked = whole
	}
	return s.conclude(forced), nil
}

// fill reads until b is full or, when last is true, until the end.
func fill(r io.Reader, b []byte) (n int, last bool, err error) {
	for n < len(b) {
		k, err := r.Read(b[n:])
		n += k
		if err == io.EOF {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}

type textSurvey struct {
	text    Text
	offset  int64 // of the chunk being scanned
	high    [256]int64
	multi   int64 // whole UTF-8 sequences of several bytes
	twice   int64 // … that are UTF-8 encoded again
	lf, cr  bool
	decided bool
}

func (s *textSurvey) begin(head []byte, forced Encoding) {
	s.text.First = -1
	set := func(e Encoding, bom int, reason string) { s.text.Encoding, s.text.BOM, s.text.Reason = e, bom, reason }
	switch order, wide := utf16Order(head); {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		set(UTF8, 3, "it begins with a UTF-8 byte order mark")
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		set(UTF16LE, 2, "it begins with a UTF-16 byte order mark")
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		set(UTF16BE, 2, "it begins with a UTF-16 byte order mark")
	case wide && order == unicode.LittleEndian:
		set(UTF16LE, 0, "every second byte is zero")
	case wide:
		set(UTF16BE, 0, "every second byte is zero")
	default:
		return
	}
	s.decided = true
	if forced != "" && forced != s.text.Encoding {
		// The bytes contradict what was asked for; the demand wins and is told.
		s.text.Notes = append(s.text.Notes, fmt.Sprintf("it is read as %s as asked, although %s", forced, s.text.Reason))
		if forced != UTF8 {
			s.text.BOM = 0
		}
	}
}

// scan goes through a chunk and gives the bytes that belong to the next one.
func (s *textSurvey) scan(b []byte, last bool) (rest []byte) {
	if !s.lf {
		s.lf = bytes.IndexByte(b, '\n') >= 0
		s.cr = s.cr || bytes.IndexByte(b, '\r') >= 0
	}
	if s.text.Encoding.IsWide() {
		s.offset += int64(len(b))
		return nil
	}
	i := 0
	for i < len(b) {
		if b[i] < utf8.RuneSelf {
			i = skipASCII(b, i)
			continue
		}
		if !last && !utf8.FullRune(b[i:]) {
			break
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			if s.text.First < 0 {
				s.text.First = s.offset + int64(i)
			}
			s.text.Invalid++
			n = 1
		} else {
			s.multi++
			// "Ã" or "Â" and a sign of the second Latin half: a letter encoded twice.
			if (r == 'Ã' || r == 'Â') && i+n+1 < len(b) && b[i+n] == 0xc2 && b[i+n+1] >= 0x80 {
				s.twice++
			}
		}
		for _, c := range b[i : i+n] {
			s.high[c]++
		}
		i += n
	}
	s.offset += int64(i)
	return b[i:]
}

func skipASCII(b []byte, i int) int {
	for i+8 <= len(b) {
		if (b[i]|b[i+1]|b[i+2]|b[i+3]|b[i+4]|b[i+5]|b[i+6]|b[i+7])&0x80 != 0 {
			break
		}
		i += 8
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

func (s *textSurvey) conclude(forced Encoding) Text {
	t := &s.text
	t.Newline = '\n'
	if !s.lf && s.cr {
		t.Newline = '\r'
	}
	if !s.decided {
		s.judge()
	}
	if forced != "" {
		t.Encoding, t.Reason = forced, "it was asked for"
		if forced != UTF8 {
			t.Invalid, t.First = 0, -1
		}
	}
	if t.Encoding.IsWide() || t.Encoding.charmap() != nil {
		t.Invalid, t.First = 0, -1
	}
	if t.Invalid > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("it is UTF-8 but for %d bytes, the first at offset %d: rows that hold them are refused", t.Invalid, t.First))
	}
	if t.Encoding == UTF8 && s.twice >= 10 && s.twice*3 > s.multi {
		t.Notes = append(t.Notes, fmt.Sprintf("%d letters look encoded twice (\"Ã©\" for \"é\"): the file was damaged before it came here", s.twice))
	}
	return *t
}

// judge tells UTF-8 from the one-byte encodings. Latin text is almost never UTF-8 by
// chance, so one whole sequence weighs more than one stray byte.
func (s *textSurvey) judge() {
	t := &s.text
	if t.Invalid == 0 {
		t.Encoding, t.Reason = UTF8, "every byte of it is UTF-8"
		return
	}
	if s.multi > t.Invalid {
		t.Encoding, t.Reason = UTF8, fmt.Sprintf("%d sequences are UTF-8 and %d bytes are not", s.multi, t.Invalid)
		return
	}
	sum := func(bytes ...byte) (n int64) {
		for _, b := range bytes {
			n += s.high[b]
		}
		return n
	}
	var c1 int64
	for b := 0x80; b < 0xa0; b++ {
		c1 += s.high[b]
	}
	switch {
	// é and è are 0x82 and 0x8A for DOS, 0x8E and 0x8F for the Macintosh, 0xE9 and 0xE8 since.
	case sum(0x82, 0x8a) > sum(0xe9, 0xe8) && sum(0x82, 0x8a) > sum(0x8e, 0x8f):
		t.Encoding, t.Reason = CP850, "its accents lie where DOS put them"
	case sum(0x8e, 0x8f) > sum(0xe9, 0xe8):
		t.Encoding, t.Reason = MacRoman, "its accents lie where the Macintosh put them"
	case c1 > 0:
		t.Encoding, t.Reason = Windows1252, "it is not UTF-8 and has Windows quotes or signs"
	default:
		t.Encoding, t.Reason = Latin9, "it is not UTF-8 and its accents are Latin"
	}
}

// OpenText starts a reading of the file as UTF-8, without byte order mark. For UTF-8 the
// bytes come as they are, also those that are not valid: see Text.Invalid.
func (f *File) OpenText(ctx context.Context, t Text) (io.ReadCloser, error) {
	r, err := f.Open(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, r, int64(t.BOM)); err != nil && !errors.Is(err, io.EOF) {
		r.Close()
		return nil, err
	}
	var dec transform.Transformer
	switch {
	case t.Encoding == UTF16LE:
		dec = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case t.Encoding == UTF16BE:
		dec = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	case t.Encoding.charmap() != nil:
		dec = t.Encoding.charmap().NewDecoder()
	default:
		return r, nil
	}
	return struct {
		io.Reader
		io.Closer
	}{transform.NewReader(r, dec), r}, nil
}

// Encode writes UTF-8 text as t writes it, to give rows back as they were.
func (t Text) Encode(utf []byte) []byte {
	var enc transform.Transformer
	switch {
	case t.Encoding == UTF16LE:
		enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()
	case t.Encoding == UTF16BE:
		enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
	default:
		return slices.Clone(utf)
	}
	b, _, err := transform.Bytes(enc, utf)
	if err != nil {
		return slices.Clone(utf)
	}
	return b
}
