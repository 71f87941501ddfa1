package cql2

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"socle/referentials"
)

// maxNesting bounds brackets within brackets: a piece takes at most three, a geometry
// has five of its own.
const maxNesting = 3*maxDepth + 8

// value is a JSON value and where it begins. The members of an object may come in any
// order, so a filter is read from values, not from tokens.
type value struct {
	kind   jsontext.Kind
	at     int    // bytes
	text   string // of a string or number
	names  []string
	values []value // items, or members in the order of their names
}

// member gives a member of an object.
func (v *value) member(name string) (*value, bool) {
	for i, n := range v.names {
		if n == name {
			return &v.values[i], true
		}
	}
	return nil, false
}

// String says what the value is in a message.
func (v *value) String() string {
	switch v.kind {
	case '"':
		return `the text ` + quote(v.text)
	case '0':
		return "the number " + shorten(v.text)
	case 't':
		return "true"
	case 'f':
		return "false"
	case 'n':
		return "null"
	case '[':
		return fmt.Sprintf("a list of %d", len(v.values))
	}
	if len(v.names) == 0 {
		return "an empty object"
	}
	return "an object with " + quote(v.names[0])
}

// values reads the values of a JSON text.
type values struct {
	src []byte
	dec *jsontext.Decoder
}

func readValues(src []byte) (*value, error) {
	r := values{src: src, dec: jsontext.NewDecoder(bytes.NewReader(src))}
	v, err := r.value(0)
	if err == nil {
		if _, err = r.dec.ReadToken(); errors.Is(err, io.EOF) {
			return &v, nil
		} else if err == nil {
			return nil, referentials.Errorf(referentials.Invalid, "something follows the filter")
		}
	}
	if errors.Is(err, io.EOF) {
		return nil, referentials.Errorf(referentials.Invalid, "the filter is empty")
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return nil, referentials.Errorf(referentials.Invalid, "the JSON is malformed at byte %d: %w", syntax.ByteOffset+1, syntax.Err).
			At("%s", syntax.JSONPointer)
	}
	return nil, err
}

func (r *values) value(depth int) (value, error) {
	if depth > maxNesting {
		return value{}, tooDeep()
	}
	v := value{at: r.start()}
	tok, err := r.dec.ReadToken()
	if err != nil {
		return v, err
	}
	switch v.kind = tok.Kind(); v.kind {
	case '"', '0':
		v.text = tok.String()
	case '[', '{':
		for {
			switch r.dec.PeekKind() {
			case ']', '}':
				_, err := r.dec.ReadToken()
				return v, err
			}
			if v.kind == '{' {
				name, err := r.dec.ReadToken()
				if err != nil {
					return v, err
				}
				v.names = append(v.names, name.String())
			}
			item, err := r.value(depth + 1)
			if err != nil {
				return v, err
			}
			v.values = append(v.values, item)
		}
	}
	return v, nil
}

// start is where the next value begins.
func (r *values) start() int {
	at := int(r.dec.InputOffset())
	for at < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[at]) >= 0 {
		at++
	}
	return at
}
