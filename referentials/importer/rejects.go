package importer

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// rejectLog writes rejected rows as CSV: file, row, reason, and the row as it was, byte
// for byte, as one quoted field.
type rejectLog struct {
	w   io.Writer
	buf []byte
	err error
	any bool
}

func (l *rejectLog) add(file string, row int64, reason string, raw []byte) {
	if l.w == nil || l.err != nil {
		return
	}
	l.buf = l.buf[:0]
	if !l.any {
		l.buf = append(l.buf, "file,row,reason,original\n"...)
		l.any = true
	}
	l.buf = appendQuoted(l.buf, []byte(file))
	l.buf = strconv.AppendInt(append(l.buf, ','), row, 10)
	l.buf = appendQuoted(append(l.buf, ','), []byte(reason))
	l.buf = appendQuoted(append(l.buf, ','), raw)
	l.buf = append(l.buf, '\n')
	if _, err := l.w.Write(l.buf); err != nil {
		l.err = fmt.Errorf("writing the rejected rows: %w", err)
	}
}

func appendQuoted(dst, field []byte) []byte {
	dst = append(dst, '"')
	for {
		i := bytes.IndexByte(field, '"')
		if i < 0 {
			break
		}
		dst = append(append(dst, field[:i+1]...), '"')
		field = field[i+1:]
	}
	return append(append(dst, field...), '"')
}
