package csv

import (
	"strconv"
	"unsafe"
)

// parseDecimal reads a number as people write it: a dot or a comma before the decimals,
// blanks (also the no-break ones) between thousands. Text beyond that is no number.
func parseDecimal(s string) (v float64, ok bool) {
	const most = 64
	if len(s) > most {
		return 0, false
	}
	var buf [most]byte
	n, marks := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '+', 'e', 'E':
			buf[n] = c
		case '.', ',':
			buf[n] = '.'
			marks++
		case ' ':
			continue
		case 0xc2, 0xe2: // U+00A0, U+202F
			if c == 0xc2 && i+1 < len(s) && s[i+1] == 0xa0 {
				i++
				continue
			}
			if c == 0xe2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2] == 0xaf {
				i += 2
				continue
			}
			return 0, false
		default:
			return 0, false
		}
		n++
	}
	if n == 0 || marks > 1 {
		return 0, false
	}
	v, err := strconv.ParseFloat(unsafe.String(&buf[0], n), 64) // parsed here and now
	return v, err == nil
}
