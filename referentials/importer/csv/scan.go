package csv

import (
	"bytes"
	"errors"
	"io"
)

// scanner cuts delimited text into records. It works on bytes of any encoding that
// contains ASCII; decoding is left to the caller. A quote opens a quoted field only at
// the field's beginning.
type scanner struct {
	in      io.Reader
	delim   byte
	newline byte
	max     int // bytes of one record

	buf        []byte
	start, end int // of buf: what is not consumed yet
	eof        bool
	err        error

	raw    []byte   // the record as it is written, without its line end
	fields [][]byte // its fields, unquoted; valid until the next record
	text   []byte   // where fields with doubled quotes are rewritten
	line   int64    // of the record's first line, from 1
	lines  int64    // lines consumed
	quotes error    // quotes that do not match; fields are then cut without regard to them
}

const (
	firstBuffer = 256 << 10

	// DefaultMaxRow bounds the bytes of one row.
	DefaultMaxRow = 64 << 20
)

var (
	errUnclosed = errors.New("a quote is opened and not closed")
	errTrailing = errors.New("text follows a closing quote")
	errRowSize  = errors.New("the row is too long")
)

func newScanner(in io.Reader, delim, newline byte, limit int) *scanner {
	return &scanner{in: in, delim: delim, newline: newline, max: limit, buf: make([]byte, firstBuffer)}
}

// next cuts the next record, skipping blank lines; false at the end or at an error.
func (s *scanner) next() bool {
	for s.record() {
		if len(s.raw) > 0 && !(len(s.raw) == 1 && s.raw[0] == dosEnd && s.eof) {
			return true
		}
	}
	return false
}

const dosEnd = 0x1a

func (s *scanner) record() bool {
	if s.err != nil {
		return false
	}
	s.quotes = nil
	for {
		data := s.buf[s.start:s.end]
		if len(data) == 0 && s.eof {
			return false
		}
		n, bad := 0, error(nil)
		if len(data) > 0 {
			n, bad = s.cut(data)
		}
		switch {
		case bad == nil && n > 0:
			s.take(data, n)
			return true
		case bad == nil && !s.eof && len(data) < s.max:
			if s.fill(); s.err != nil {
				return false
			}
			continue
		case bad == nil && s.eof:
			bad = errUnclosed
		case bad == nil:
			bad = errRowSize
		}
		return s.cutLine(data, bad)
	}
}

// take consumes a record of n bytes, line end included.
func (s *scanner) take(data []byte, n int) {
	raw := data[:n]
	if raw[n-1] == s.newline {
		raw = raw[:n-1]
		if len(raw) > 0 && s.newline == '\n' && raw[len(raw)-1] == '\r' {
			raw = raw[:len(raw)-1]
		}
	}
	s.raw = raw
	s.start += n
	s.line = s.lines + 1
	s.lines += 1 + int64(bytes.Count(raw, []byte{s.newline}))
}

// cutLine consumes one line without regard to quotes, after they did not match: what
// went wrong in a row then stays in that row.
func (s *scanner) cutLine(data []byte, bad error) bool {
	n := bytes.IndexByte(data, s.newline) + 1
	for n == 0 && !s.eof && len(data) < s.max {
		if s.fill(); s.err != nil {
			return false
		}
		data = s.buf[s.start:s.end]
		n = bytes.IndexByte(data, s.newline) + 1
	}
	if n == 0 {
		if !s.eof {
			s.err = errRowSize
			return false
		}
		n = len(data)
	}
	s.quotes = bad
	s.text = s.text[:0]
	s.take(data, n)
	s.fields = s.fields[:0]
	for rest := s.raw; ; {
		i := bytes.IndexByte(rest, s.delim)
		if i < 0 {
			s.fields = append(s.fields, rest)
			return true
		}
		s.fields = append(s.fields, rest[:i])
		rest = rest[i+1:]
	}
}

// fill reads on until the buffer is full, making it larger when the record needs it.
func (s *scanner) fill() {
	if s.start > 0 {
		s.end = copy(s.buf, s.buf[s.start:s.end])
		s.start = 0
	}
	if s.end == len(s.buf) {
		bigger := make([]byte, min(2*len(s.buf), max(s.max, len(s.buf)+1)))
		copy(bigger, s.buf)
		s.buf = bigger
	}
	for s.end < len(s.buf) {
		n, err := s.in.Read(s.buf[s.end:])
		s.end += n
		if err == io.EOF {
			s.eof = true
			return
		}
		if err != nil {
			s.err = err
			return
		}
	}
}

// cut finds the fields of the record data begins with and its length with line end; 0
// when data ends before it does.
func (s *scanner) cut(data []byte) (n int, bad error) {
	s.fields, s.text = s.fields[:0], s.text[:0]
	delim, newline := s.delim, s.newline
	i := 0
	for {
		// At the beginning of a field.
		j := i
		for j < len(data) && data[j] == ' ' {
			j++
		}
		if j < len(data) && data[j] == '"' {
			end, err := s.quoted(data, j)
			if end < 0 || err != nil {
				return 0, err
			}
			i = end
			switch {
			case i == len(data):
				return i, nil
			case data[i] == delim:
				i++
				continue
			}
			return i + 1, nil
		}
		for j = i; j < len(data); j++ {
			if c := data[j]; c == delim || c == newline {
				break
			}
		}
		if j == len(data) {
			if !s.eof {
				return 0, nil
			}
			s.fields = append(s.fields, s.withoutReturn(data[i:]))
			return j, nil
		}
		if data[j] == delim {
			s.fields = append(s.fields, data[i:j])
			i = j + 1
			continue
		}
		s.fields = append(s.fields, s.withoutReturn(data[i:j]))
		return j + 1, nil
	}
}

func (s *scanner) withoutReturn(b []byte) []byte {
	if s.newline == '\n' && len(b) > 0 && b[len(b)-1] == '\r' {
		return b[:len(b)-1]
	}
	return b
}

// quoted reads the field whose opening quote is at i and gives where the delimiter or
// line end after it is; -1 when data ends before.
func (s *scanner) quoted(data []byte, i int) (int, error) {
	i++
	from, rewritten := i, -1
	for {
		k := bytes.IndexByte(data[i:], '"')
		if k < 0 {
			return -1, nil
		}
		k += i
		if k+1 == len(data) && !s.eof {
			return -1, nil
		}
		if k+1 < len(data) && data[k+1] == '"' {
			if rewritten < 0 {
				rewritten = len(s.text)
			}
			s.text = append(s.text, data[from:k+1]...)
			from, i = k+2, k+2
			continue
		}
		if rewritten < 0 {
			s.fields = append(s.fields, data[from:k:k])
		} else {
			s.text = append(s.text, data[from:k]...)
			s.fields = append(s.fields, s.text[rewritten:])
		}
		return s.afterQuote(data, k+1)
	}
}

func (s *scanner) afterQuote(data []byte, i int) (int, error) {
	for i < len(data) && (data[i] == ' ' || data[i] == '\r' && s.newline == '\n') {
		i++
	}
	switch {
	case i == len(data) && s.eof:
		return i, nil
	case i == len(data):
		return -1, nil
	case data[i] == s.delim, data[i] == s.newline:
		return i, nil
	}
	return i, errTrailing
}
