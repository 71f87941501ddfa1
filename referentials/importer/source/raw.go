package source

import (
	"github.com/go-json-experiment/json/jsontext"

	"socle/referentials"
)

// AppendRaw appends a record's values as one JSON object, the form in which the rejects
// file shows rows of binary formats. Texts that are not UTF-8 are shown with U+FFFD.
func AppendRaw(dst []byte, fields []Field, values []referentials.Value) []byte {
	dst = append(dst, '{')
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, f.Name)
		dst = append(dst, ':')
		if i >= len(values) {
			dst = append(dst, "null"...)
			continue
		}
		switch v := values[i]; v.Type() {
		case "":
			dst = append(dst, "null"...)
		case referentials.Integer, referentials.Number, referentials.Boolean, referentials.JSON:
			dst = v.Append(dst)
		default:
			dst = appendQuoted(dst, v.String())
		}
	}
	return append(dst, '}')
}

// appendQuoted leaves out the error, which only tells that U+FFFD was put in.
func appendQuoted(dst []byte, s string) []byte {
	quoted, _ := jsontext.AppendQuote(dst, s)
	return quoted
}

// Noter is a Source with things to tell a person that no single record shows: an
// encoding that was guessed, records marked deleted. What records bring is known once
// they were walked to the end.
type Noter interface {
	Notes() []string
}
