package geojson

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// stream decodes the text of a file, one bounded value at a time.
type stream struct {
	dec  *jsontext.Decoder
	body io.ReadCloser
	left int64 // bytes that may still be taken for the value being read
	max  int64
}

// errTooLong stops a value that goes beyond the bound.
var errTooLong = errors.New("feature too long")

const recordSeparator = 0x1e

func (r *Reader) openStream(ctx context.Context) (*stream, error) {
	body, err := r.file.OpenText(ctx, r.text)
	if err != nil {
		return nil, err
	}
	s := &stream{body: body, max: r.opt.MaxFeature}
	s.allow()
	// Repeated names and bytes that are not UTF-8 are the business of one feature; the
	// decoder would give up the file for them.
	s.dec = jsontext.NewDecoder(s, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return s, nil
}

// Read feeds the decoder. Record separators, which may stand only between texts, become
// line ends: offsets stay.
func (s *stream) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, errTooLong
	}
	if int64(len(p)) > s.left {
		p = p[:s.left]
	}
	n, err := s.body.Read(p)
	s.left -= int64(n)
	for i := 0; ; i++ {
		k := bytes.IndexByte(p[i:n], recordSeparator)
		if k < 0 {
			break
		}
		i += k
		p[i] = '\n'
	}
	return n, err
}

func (s *stream) close() { _ = s.body.Close() } // only read from

// allow gives the next value its full bound.
func (s *stream) allow() { s.left = s.max }

// skip passes over a value of any size.
func (s *stream) skip() error {
	for depth := s.dec.StackDepth(); ; {
		s.allow()
		if _, err := s.dec.ReadToken(); err != nil {
			return err
		}
		if s.dec.StackDepth() <= depth {
			return nil
		}
	}
}

// listOfObjects passes over an array and tells whether it holds objects.
func (s *stream) listOfObjects() (bool, error) {
	if _, err := s.dec.ReadToken(); err != nil {
		return false, err
	}
	list := s.dec.PeekKind() == '{'
	for s.dec.PeekKind() != ']' {
		if err := s.skip(); err != nil {
			return false, err
		}
	}
	_, err := s.dec.ReadToken()
	return list, err
}

// elements gives the records of the text one by one as they are written, numbered from
// 1, each valid until the next, until visit returns false.
func (r *Reader) elements(ctx context.Context, visit func(n int64, raw []byte) bool) error {
	s, err := r.openStream(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	var n int64
	for {
		s.allow()
		if s.dec.PeekKind() == 0 {
			if _, err := s.dec.ReadToken(); !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return r.fatal(ctx, err, n+1)
			}
			return nil
		}
		more, err := r.topValue(s, &n, visit)
		if err != nil {
			return r.fatal(ctx, err, n+1)
		}
		if !more {
			return nil
		}
	}
}

// topValue reads one value at the top of the text. There may be several: sequences, and
// collections written one after the other.
func (r *Reader) topValue(s *stream, n *int64, visit func(int64, []byte) bool) (more bool, err error) {
	kind := s.dec.PeekKind()
	if r.layout.array && kind == '[' {
		return s.array(n, visit)
	}
	if r.layout.member == "" || kind != '{' {
		return s.element(n, visit)
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return false, err
	}
	for s.dec.PeekKind() == '"' {
		s.allow()
		tok, err := s.dec.ReadToken()
		if err != nil {
			return false, err
		}
		switch name, kind := tok.String(), s.dec.PeekKind(); {
		case name == r.layout.member && kind == '[':
			if more, err := s.array(n, visit); err != nil || !more {
				return false, err
			}
		case name == "crs", name == "coordRefSys":
			if err := r.declared(s, string([]byte(name))); err != nil {
				return false, err
			}
		default:
			if err := s.skip(); err != nil {
				return false, err
			}
		}
	}
	_, err = s.dec.ReadToken()
	return true, err
}

func (s *stream) array(n *int64, visit func(int64, []byte) bool) (more bool, err error) {
	if _, err := s.dec.ReadToken(); err != nil {
		return false, err
	}
	for {
		if k := s.dec.PeekKind(); k == ']' || k == 0 {
			break
		}
		if more, err := s.element(n, visit); err != nil || !more {
			return false, err
		}
	}
	_, err = s.dec.ReadToken()
	return true, err
}

func (s *stream) element(n *int64, visit func(int64, []byte) bool) (more bool, err error) {
	s.allow()
	raw, err := s.dec.ReadValue()
	if err != nil {
		return false, err
	}
	*n++
	return visit(*n, raw), nil
}
