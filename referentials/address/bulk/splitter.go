package bulk

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"socle/referentials"
)

// Bounds of what is read as one.
const (
	maxRecord  = 1 << 20  // bytes of a record
	maxQuoted  = 64 << 10 // bytes until a quote must close; beyond it is no quote
	maxHeader  = 64 << 10
	maxColumns = 2000
)

// splitter cuts a file into batches of whole records.
type splitter struct {
	r         io.Reader
	delimiter byte
	latin     *charmap.Charmap // of all cells, whatever they look like; nil: told record by record
	names     []string

	rest    []byte // read, not handed out yet
	end     bool
	returns bool // lines end with carriage returns alone
	row     int64
}

func newSplitter(r io.Reader, delimiter, encoding string) (*splitter, error) {
	s := &splitter{r: r}
	switch strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(encoding)) {
	case "", "utf8", "utf8sig":
	case "latin1", "iso88591", "windows1252", "cp1252":
		s.latin = charmap.Windows1252
	case "iso885915", "latin9", "latin15":
		s.latin = charmap.ISO8859_15
	default:
		return nil, referentials.Errorf(referentials.Invalid, "the encoding %.40q is not read", encoding).At("encoding").Do("use utf-8, latin-1, iso-8859-15 or windows-1252")
	}
	head, err := s.fill(maxHeader)
	if err != nil {
		return nil, err
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	s.rest = head
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return nil, referentials.Errorf(referentials.Invalid, "the file is empty").Do("send a CSV file with a line of column names")
	case bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, referentials.Errorf(referentials.Invalid, "the file is in UTF-16").Do("save it as UTF-8")
	case bytes.IndexByte(head, 0) >= 0:
		return nil, referentials.Errorf(referentials.Invalid, "the file is no text").Do("send a CSV file")
	}
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		s.returns = true
		returnsToLines(head)
	}
	line, rest, _ := bytes.Cut(head, []byte{'\n'})
	if told, ok := bytes.CutPrefix(bytes.TrimSuffix(line, []byte{'\r'}), []byte("sep=")); ok && len(told) == 1 { // for spreadsheets
		s.rest = rest
		delimiter = cmp.Or(delimiter, string(told))
	}
	switch {
	case delimiter == "":
		s.delimiter = delimiterOf(line, head)
	case delimiter == `\t`:
		s.delimiter = '\t'
	case len(delimiter) == 1 && delimiter[0] < utf8.RuneSelf && delimiter != `"` && delimiter != "\n" && delimiter != "\r":
		s.delimiter = delimiter[0]
	default:
		return nil, referentials.Errorf(referentials.Invalid, "%.10q cannot delimit cells", delimiter).At("delimiter").Do("use one of , ; \\t |")
	}
	n, broken, ok := s.record(s.rest, s.end)
	if !ok {
		return nil, referentials.Errorf(referentials.Invalid, "the first line has more than %d bytes", maxHeader).Do("send a CSV file with a line of column names")
	}
	var cells cells
	for _, name := range cells.read(s.text(s.rest[:n]), s.delimiter) {
		s.names = append(s.names, strings.TrimSpace(string(name)))
	}
	if broken || len(s.names) > maxColumns {
		return nil, referentials.Errorf(referentials.Invalid, "the first line cannot be read as column names").Do("close its quotes, and have at most %d columns", maxColumns)
	}
	s.rest = s.rest[n:]
	return s, nil
}

const delimiters = ",;\t|"

// delimiterOf gives what a line of names has most of. Where it has none there is one column,
// whose cells may hold any: what the file does not have is taken then.
func delimiterOf(line, head []byte) byte {
	most := slices.MaxFunc([]byte(delimiters), func(a, b byte) int { return bytes.Count(line, []byte{a}) - bytes.Count(line, []byte{b}) })
	if bytes.IndexByte(line, most) >= 0 {
		return most
	}
	for _, c := range []byte(delimiters) {
		if bytes.IndexByte(head, c) < 0 {
			return c
		}
	}
	return most
}

// returnsToLines ends lines as nearly everybody does.
func returnsToLines(b []byte) {
	for i := range b {
		if b[i] == '\r' {
			b[i] = '\n'
		}
	}
}

// fill reads until there are n bytes or the file ends.
func (s *splitter) fill(n int) ([]byte, error) {
	for len(s.rest) < n && !s.end {
		at := len(s.rest)
		room := append(s.rest, make([]byte, max(n-at, batchBytes))...)
		// Not ReadFull, whose own error is the one of a compressed file that is cut short.
		for at < len(room) && !s.end {
			k, err := s.r.Read(room[at:])
			if s.returns {
				returnsToLines(room[at : at+k])
			}
			at += k
			if errors.Is(err, io.EOF) {
				s.end = true
			} else if err != nil {
				return nil, err
			}
		}
		s.rest = room[:at]
	}
	return s.rest, nil
}

// next fills a batch; false when it is the last one.
func (s *splitter) next(b *batch) (more bool, err error) {
	data, err := s.fill(batchBytes)
	if err != nil {
		return false, err
	}
	at := 0
	for at < len(data) {
		n, broken, ok := s.record(data[at:], s.end)
		if !ok {
			if at > 0 {
				break
			}
			if len(data) > maxRecord {
				return false, referentials.Errorf(referentials.Invalid, "row %d has more than %d bytes", s.row+1, maxRecord).Do("is it a CSV file?")
			}
			if data, err = s.fill(2 * len(data)); err != nil {
				return false, err
			}
			continue
		}
		at += n
		s.row++
		b.ends = append(b.ends, at)
		b.broken = append(b.broken, broken)
	}
	b.text = data[:at:at]
	s.rest = append([]byte(nil), data[at:]...)
	return !s.end || len(s.rest) > 0, nil
}

// record gives the length of the first record of data; false when data holds no whole one
// and more may come. A quote that opens a cell must close it; one that does not is taken as
// a character, and the record is told to be broken.
func (s *splitter) record(data []byte, last bool) (n int, broken, ok bool) {
	start, quoted := true, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted:
			if c == '"' {
				if i+1 < len(data) && data[i+1] == '"' {
					i++
				} else {
					quoted = false
				}
			}
			if i > maxQuoted {
				return s.line(data, last)
			}
		case c == '"' && start:
			quoted, start = true, false
		case c == '\n':
			return i + 1, false, true
		default:
			start = c == s.delimiter
		}
	}
	if !last {
		return 0, false, false
	}
	if quoted {
		return s.line(data, last)
	}
	return len(data), false, true
}

func (s *splitter) line(data []byte, last bool) (n int, broken, ok bool) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, true, true
	}
	return len(data), true, last
}

// text gives a record in UTF-8 without its terminator.
func (s *splitter) text(record []byte) []byte {
	record = bytes.TrimSuffix(record, []byte{'\n'})
	record = bytes.TrimSuffix(record, []byte{'\r'})
	if s.latin != nil || !utf8.Valid(record) {
		out, err := cmp.Or(s.latin, charmap.Windows1252).NewDecoder().Bytes(record)
		if err != nil { // every byte has a meaning or is replaced
			return bytes.ToValidUTF8(record, []byte("\uFFFD"))
		}
		return out
	}
	return record
}

// appendRecord appends cells as they must be quoted.
func (s *splitter) appendRecord(dst []byte, cells []string) []byte {
	for i, c := range cells {
		if i > 0 {
			dst = append(dst, s.delimiter)
		}
		dst = s.appendCell(dst, c)
	}
	return dst
}

func (s *splitter) appendCell(dst []byte, c string) []byte {
	if !strings.ContainsAny(c, "\"\r\n") && strings.IndexByte(c, s.delimiter) < 0 {
		return append(dst, c...)
	}
	dst = append(dst, '"')
	for i := range len(c) {
		if c[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c[i])
	}
	return append(dst, '"')
}

// cells are those of one record, until the next is read.
type cells struct {
	list [][]byte
	room []byte
}

func (c *cells) read(record []byte, delimiter byte) [][]byte {
	c.list, c.room = c.list[:0], c.room[:0]
	if cap(c.room) < len(record) {
		c.room = make([]byte, 0, 2*len(record))
	}
	for i := 0; ; {
		if i < len(record) && record[i] == '"' {
			at := len(c.room)
			for i++; i < len(record); i++ {
				if record[i] == '"' {
					if i+1 < len(record) && record[i+1] == '"' {
						i++
					} else {
						i++
						break
					}
				}
				c.room = append(c.room, record[i])
			}
			for i < len(record) && record[i] != delimiter {
				c.room = append(c.room, record[i])
				i++
			}
			c.list = append(c.list, c.room[at:len(c.room):len(c.room)])
		} else {
			n := bytes.IndexByte(record[i:], delimiter)
			if n < 0 {
				n = len(record) - i
			}
			c.list = append(c.list, record[i:i+n])
			i += n
		}
		if i >= len(record) {
			return c.list
		}
		i++ // the delimiter
	}
}
