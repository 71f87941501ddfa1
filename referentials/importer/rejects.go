package importer

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// rejectLog writes rejected rows as CSV: file, row, reason, and the row as it was, byte
// for byte, as one quoted field.
type rejectLog struct {
	w   *bufio.Writer // nil: they are not wanted
	buf []byte
	err error
	any bool
}

func newRejectLog(w io.Writer) rejectLog {
	if w == nil {
		return rejectLog{}
	}
	return rejectLog{w: bufio.NewWriter(w)}
}

// flush writes what is held back. The rows must be safe before anything is published: they
// are nowhere else.
func (l *rejectLog) flush() error {
	if l.w != nil && l.err == nil {
		l.fail(l.w.Flush())
	}
	return l.err
}

func (l *rejectLog) fail(err error) {
	if err != nil {
		l.err = fmt.Errorf("writing the rejected rows: %w", err)
	}
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
	_, err := l.w.Write(l.buf)
	l.fail(err)
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
