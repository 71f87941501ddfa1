package synth

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"socle/referentials"
)

// dialect is how a producer writes tables.
type dialect struct {
	latin bool // ISO-8859-15, else UTF-8
	crlf  bool
	comma bool // decimal comma
}

var (
	municipal = dialect{latin: true, crlf: true, comma: true} // the address register
	national  = dialect{crlf: true}                           // INSEE
	portal    = dialect{}                                     // open data portals
)

// output is a file being written. The first error sticks and is given by close.
type output struct {
	name string
	rows int
	buf  []byte
	w    *bufio.Writer
	file *os.File
	err  error
}

func (o *output) open(dir, name string) {
	o.name = name
	if o.file, o.err = os.Create(filepath.Join(dir, name)); o.err == nil {
		o.w = bufio.NewWriterSize(o.file, 1<<18)
	}
}

// flush writes the row in buf.
func (o *output) flush() {
	if o.err == nil {
		_, o.err = o.w.Write(o.buf)
	}
	o.buf = o.buf[:0]
}

func (o *output) close() error {
	if o.file == nil {
		return o.failure()
	}
	if o.err == nil {
		o.err = o.w.Flush()
	}
	if err := o.file.Close(); o.err == nil {
		o.err = err
	}
	return o.failure()
}

func (o *output) failure() error {
	if o.err == nil {
		return nil
	}
	return referentials.Errorf(referentials.Unavailable, "cannot write: %w", o.err).At("%s", o.name).
		Do("check that the folder can be written to and that the disk is not full")
}

// sheet is a delimited table; ";" is the delimiter of all of them.
type sheet struct {
	output
	dialect
	begun bool
}

func newSheet(dir, name string, d dialect, header string) *sheet {
	s := &sheet{dialect: d}
	s.open(dir, name)
	for h := range strings.SplitSeq(header, ";") {
		s.text(h)
	}
	s.end()
	s.rows = 0
	return s
}

func (s *sheet) cell() {
	if s.begun {
		s.buf = append(s.buf, ';')
	}
	s.begun = true
}

func (s *sheet) empty() { s.cell() }

func (s *sheet) text(v string) {
	s.cell()
	if strings.ContainsAny(v, ";\"\r\n") {
		v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
	}
	if !s.latin {
		s.buf = append(s.buf, v...)
		return
	}
	for _, r := range v {
		if r < 0x80 {
			s.buf = append(s.buf, byte(r))
			continue
		}
		b, ok := charmap.ISO8859_15.EncodeRune(r)
		if !ok {
			b = '?'
		}
		s.buf = append(s.buf, b)
	}
}

func (s *sheet) int(v int) {
	s.cell()
	s.buf = strconv.AppendInt(s.buf, int64(v), 10)
}

func (s *sheet) fixed(v float64, decimals int) {
	s.cell()
	point := byte('.')
	if s.comma {
		point = ','
	}
	s.buf = appendFixed(s.buf, v, decimals, point)
}

func (s *sheet) end() {
	if s.crlf {
		s.buf = append(s.buf, '\r')
	}
	s.buf = append(s.buf, '\n')
	s.begun = false
	s.rows++
	s.flush()
}

var powers = [...]float64{1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10}

// appendFixed appends v with so many decimals, at most 10, several times faster than
// strconv; |v|·10^decimals must stay under 2⁶³.
func appendFixed(dst []byte, v float64, decimals int, point byte) []byte {
	n := int64(math.Round(v * powers[decimals]))
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	var digits [24]byte
	i := len(digits)
	for k := 0; n > 0 || k <= decimals; k++ {
		if k == decimals && decimals > 0 {
			i--
			digits[i] = point
		}
		i--
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return append(dst, digits[i:]...)
}
