package jobs

import "bytes"

// Buffer holds what is written to it up to a number of bytes; more is
// [referentials.TooLarge], so that work stops at the bound and not beyond it.
type Buffer struct {
	bytes bytes.Buffer
	most  int
}

// newBuffer gives a Buffer of at most most bytes.
func newBuffer(most int) *Buffer { return &Buffer{most: most} }

// Buffer gives a Buffer of at most what a result may have.
func (m *Manager) Buffer() *Buffer { return newBuffer(m.options.ResultBytes) }

// Write appends p, all of it or nothing.
func (b *Buffer) Write(p []byte) (int, error) {
	if len(p) > b.most-b.bytes.Len() {
		return 0, tooLarge(b.most)
	}
	return b.bytes.Write(p)
}

// Bytes gives what was written.
func (b *Buffer) Bytes() []byte { return b.bytes.Bytes() }
