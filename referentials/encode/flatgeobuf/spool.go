package flatgeobuf

import (
	"bufio"
	"io"
	"os"
	"slices"

	"socle/referentials"
)

// inMemory is how much a spool holds before it goes to disk.
const inMemory = 4 << 20

// spool keeps bytes aside until they are wanted in another order.
type spool struct {
	size int64
	mem  []byte // all of it while there is no file
	file *os.File
	out  *bufio.Writer
	name string // still to be removed
}

func (s *spool) write(b []byte) error {
	s.size += int64(len(b))
	if s.file == nil && len(s.mem)+len(b) <= inMemory {
		s.mem = append(s.mem, b...)
		return nil
	}
	if s.file == nil {
		if err := s.spill(); err != nil {
			return err
		}
	}
	_, err := s.out.Write(b)
	return err
}

// spill moves to a temporary file. It has no name any more where the system allows, so
// that nothing is left behind whatever happens.
func (s *spool) spill() error {
	file, err := os.CreateTemp("", "socle-*.fgb")
	if err != nil {
		return referentials.Errorf(referentials.Unavailable, "no temporary file can be made: %w", err)
	}
	if os.Remove(file.Name()) != nil {
		s.name = file.Name()
	}
	s.file, s.out = file, bufio.NewWriterSize(file, writeAhead)
	_, err = s.out.Write(s.mem)
	s.mem = nil
	return err
}

// read gives the bytes of a range, in buf when they come from the file.
func (s *spool) read(buf []byte, from, to int64) ([]byte, error) {
	if s.file == nil {
		return s.mem[from:to], nil
	}
	if err := s.out.Flush(); err != nil {
		return buf, err
	}
	buf = slices.Grow(buf[:0], int(to-from))[:to-from]
	_, err := s.file.ReadAt(buf, from)
	return buf, err
}

// copyTo writes all in the order it came.
func (s *spool) copyTo(w io.Writer) error {
	if s.file == nil {
		_, err := w.Write(s.mem)
		return err
	}
	if err := s.out.Flush(); err != nil {
		return err
	}
	_, err := io.Copy(w, io.NewSectionReader(s.file, 0, s.size))
	return err
}

// close frees all; twice is once.
func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close() // only a scratch file
	}
	if s.name != "" {
		_ = os.Remove(s.name)
	}
	*s = spool{}
}
