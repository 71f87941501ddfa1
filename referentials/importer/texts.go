package importer

import (
	"strconv"
	"strings"
	"time"

	"socle/referentials"
)

// shape is what a text can be read as, one bit each.
type shape uint16

const (
	isInteger  shape = 1 << iota // digits that write back the same: no leading zero, no "+"
	isPoint                      // a number with a decimal point, or none
	isComma                      // a number with a decimal comma, or none
	isBoolean                    // true, false, vrai, faux
	isISODate                    // 2024-01-31, 2024/01/31
	isFRDate                     // 31/01/2024
	isDateTime                   // 2024-01-31T12:00:00Z and kin
)

const anyShape = isInteger | isPoint | isComma | isBoolean | isISODate | isFRDate | isDateTime

// shapeOf tells what s can be read as. It is exact: what it promises, the parsers below
// read without loss.
func shapeOf(s string) shape {
	if s == "" || len(s) > 40 {
		return 0
	}
	switch c := s[0]; {
	case c >= '0' && c <= '9', c == '-', c == '.', c == ',':
		return numberShape(s)
	case len(s) <= 5:
		if _, ok := parseBoolean(s); ok && len(s) > 3 {
			return isBoolean
		}
	}
	return 0
}

func numberShape(s string) shape {
	if n := len(s); n >= 10 && (s[4] == '-' || s[4] == '/' || s[2] == '/') {
		if found := dateShape(s); found != 0 {
			return found
		}
	}
	digits, separator := s, byte(0)
	if digits[0] == '-' {
		digits = digits[1:]
	}
	whole, fraction, exponent := 0, 0, false
	for i := 0; i < len(digits); i++ {
		switch c := digits[i]; {
		case c >= '0' && c <= '9':
			if separator == 0 {
				whole++
			} else {
				fraction++
			}
		case (c == '.' || c == ',') && separator == 0:
			separator = c
		case (c == 'e' || c == 'E') && whole+fraction > 0 && isExponent(digits[i+1:], separator != 0):
			exponent = true
			i = len(digits)
		default:
			return 0
		}
	}
	switch {
	case whole+fraction == 0, separator != 0 && fraction == 0:
		return 0
	case whole > 1 && digits[0] == '0':
		return 0 // a code: 01004
	case exponent && !isFinite(s):
		return 0
	case separator == '.', exponent && separator == 0:
		return isPoint
	case separator == ',':
		return isComma
	}
	if _, err := strconv.ParseInt(s, 10, 64); err != nil || s == "-0" {
		return 0
	}
	return isInteger | isPoint | isComma
}

// isFinite tells whether a number is not beyond what a float64 holds.
func isFinite(s string) bool {
	_, ok := parseNumber(s)
	return ok
}

// isExponent takes e-05, and e5 only after a decimal separator: 12E5 is a code.
func isExponent(s string, afterSeparator bool) bool {
	signed := s != "" && (s[0] == '-' || s[0] == '+')
	if signed {
		s = s[1:]
	}
	if s == "" || len(s) > 3 || !signed && !afterSeparator {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func dateShape(s string) shape {
	if _, ok := parseDate(s, true); ok {
		if s[2] == '/' {
			return isFRDate
		}
		return isISODate | isDateTime
	}
	if _, ok := parseDateTime(s); ok {
		return isDateTime
	}
	return 0
}

// parseNumber reads a decimal number with a point or a comma.
func parseNumber(s string) (float64, bool) {
	if f, ok := plainDecimal(s); ok {
		return f, true
	}
	var buf [48]byte
	if i := strings.IndexByte(s, ','); i >= 0 {
		if len(s) > len(buf) || strings.IndexByte(s, '.') >= 0 {
			return 0, false
		}
		b := append(buf[:0], s...)
		b[i] = '.'
		s = string(b)
	}
	if s == "" || s[0] == 'i' || s[0] == 'I' || s[0] == 'n' || s[0] == 'N' || strings.ContainsAny(s, "_xXpP") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f-f != 0 {
		return 0, false
	}
	return f, true
}

// maxPlainDigits digits make an integer below 2⁵³.
const maxPlainDigits = 15

// plainDecimal reads what most numbers of tables are: a sign, at most 15 digits, one mark.
// The digits and the power of ten are exact, so their quotient is the nearest float64,
// which is what strconv gives.
func plainDecimal(s string) (float64, bool) {
	digits, negative := s, false
	if digits != "" && digits[0] == '-' {
		digits, negative = digits[1:], true
	}
	if len(digits) == 0 || len(digits) > maxPlainDigits+1 {
		return 0, false
	}
	whole, power, marked := int64(0), 1.0, false
	for i := range len(digits) {
		switch c := digits[i]; {
		case c >= '0' && c <= '9':
			whole = whole*10 + int64(c-'0')
			if marked {
				power *= 10
			}
		case (c == '.' || c == ',') && !marked && i > 0 && i < len(digits)-1:
			marked = true
		default:
			return 0, false
		}
	}
	if !marked && len(digits) > maxPlainDigits {
		return 0, false
	}
	f := float64(whole) / power
	if negative {
		f = -f
	}
	return f, true
}

var truths = map[string]bool{
	"true": true, "vrai": true, "oui": true, "yes": true, "t": true, "o": true, "y": true, "1": true,
	"false": false, "faux": false, "non": false, "no": false, "f": false, "n": false, "0": false,
}

// parseBoolean reads the ways producers write a truth value, in any case.
func parseBoolean(s string) (value, ok bool) {
	if value, ok = truths[s]; ok || len(s) > 5 {
		return value, ok
	}
	value, ok = truths[strings.ToLower(s)]
	return value, ok
}

const microsPerDay = 86400 * 1_000_000

// parseDate reads 2024-01-31, 2024/01/31, 31/01/2024 and, unless strict, 20240131 and the
// day of an instant; it gives days since 1970-01-01.
func parseDate(s string, strict bool) (int64, bool) {
	var year, month, dayOfMonth string
	switch {
	case len(s) == 10 && s[4] == '-' && s[7] == '-':
		year, month, dayOfMonth = s[:4], s[5:7], s[8:]
	case len(s) == 10 && s[2] == '/' && s[5] == '/':
		year, month, dayOfMonth = s[6:], s[3:5], s[:2]
	case len(s) == 10 && s[4] == '/' && s[7] == '/':
		year, month, dayOfMonth = s[:4], s[5:7], s[8:]
	case strict:
		return 0, false
	case len(s) == 8:
		year, month, dayOfMonth = s[:4], s[4:6], s[6:]
	default:
		// The day as it is written, in its own time zone: midnight in Paris is still the
		// day before in UTC.
		if _, ok := parseDateTime(s); !ok || len(s) < len("2006-01-02") {
			return 0, false
		}
		return parseDate(s[:len("2006-01-02")], true)
	}
	y, okY := digitsOf(year)
	m, okM := digitsOf(month)
	d, okD := digitsOf(dayOfMonth)
	if !okY || !okM || !okD {
		return 0, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Year() != y || int(t.Month()) != m || t.Day() != d {
		return 0, false
	}
	return floorDiv(t.Unix(), 86400), true
}

func digitsOf(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n, true
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

var instantLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04", "2006-01-02T15:04Z07:00", "2006-01-02 15:04",
	"02/01/2006 15:04:05", "02/01/2006 15:04",
}

// parseDateTime reads an instant and gives microseconds since 1970. Where no offset is
// written the time is taken as UTC.
func parseDateTime(s string) (int64, bool) {
	if len(s) < 16 || len(s) > 40 {
		if days, ok := parseDate(s, true); ok {
			return days * microsPerDay, true
		}
		return 0, false
	}
	for _, layout := range instantLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMicro(), true
		}
	}
	return 0, false
}

// integerOf reads a whole number, also where it is written 12.0.
func integerOf(s string) (int64, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	f, ok := parseNumber(s)
	if !ok {
		return 0, false
	}
	return wholeOf(f)
}

// wholeOf gives a float that is exactly an integer as one.
func wholeOf(f float64) (int64, bool) {
	const exact = 1 << 53
	if f != float64(int64(f)) || f > exact || f < -exact {
		return 0, false
	}
	return int64(f), true
}

// isNA tells the marks of statistical software for "not available".
func isNA(s string) bool { return s == "NA" || s == "N/A" || s == "NULL" || s == "null" }

// nullable says whether text of a file is the absent value: the empty one is.
func nullable(v referentials.Value) bool {
	return v.IsNull() || v.Type() == referentials.String && v.Str() == ""
}
