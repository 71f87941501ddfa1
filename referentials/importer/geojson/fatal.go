package geojson

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"socle/referentials"
)

// fatal says why the text cannot be read on, near which feature, at which line and byte.
func (r *Reader) fatal(ctx context.Context, err error, feature int64) error {
	var told *referentials.Error
	var broken *jsontext.SyntacticError
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errTooLong):
		return referentials.Errorf(referentials.TooLarge, "feature %d is longer than %d bytes", feature, r.opt.MaxFeature).
			At("%s", r.file.Path()).Do("check that its brackets close, or raise the bound")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e := referentials.Errorf(referentials.Invalid, "the JSON text ends in the middle of feature %d: the file is truncated", feature)
		e.Err = err
		return e.At("%s", r.file.Path()).Do("download or copy the file again")
	case !errors.As(err, &broken):
		e := referentials.Errorf(referentials.Invalid, "it cannot be read at feature %d: %v", feature, err)
		e.Err = err
		return e.At("%s", r.file.Path())
	}
	line, snippet, lerr := r.locate(ctx, broken.ByteOffset)
	if lerr != nil {
		return lerr
	}
	what, hint := strings.TrimPrefix(broken.Err.Error(), "jsontext: "), "correct the file there"
	if name := notANumber(snippet); name != "" {
		what, hint = name+" is not JSON", "write null where there is no number"
	}
	e := referentials.Errorf(referentials.Invalid, "the JSON text is broken in feature %d: %s", feature, what)
	e.Err = err
	return e.At("%s, line %d, byte %d", r.file.Path(), line, broken.ByteOffset+int64(r.text.BOM)).Do("%s", hint)
}

// notANumber tells the numbers that JSON does not have.
func notANumber(s string) string {
	for _, name := range []string{"NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"} {
		if strings.HasPrefix(s, name) {
			return name
		}
	}
	return ""
}

// locate reads the file again up to an offset of its text: lines need no counting while
// all goes well.
func (r *Reader) locate(ctx context.Context, offset int64) (line int64, snippet string, err error) {
	body, err := r.file.OpenText(ctx, r.text)
	if err != nil {
		return 0, "", err
	}
	defer body.Close()
	in := bufio.NewReaderSize(body, 64<<10)
	line = 1
	buf := make([]byte, 64<<10)
	for offset > 0 {
		n, err := in.Read(buf[:min(offset, int64(len(buf)))])
		offset -= int64(n)
		line += int64(bytes.Count(buf[:n], []byte{'\n'}))
		if err != nil {
			return line, "", nil
		}
	}
	next, _ := in.Peek(16)
	return line, string(next), nil
}
