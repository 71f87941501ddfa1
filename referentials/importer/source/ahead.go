package source

import "io"

// Unpacking goes aheadChunks chunks ahead of whoever reads.
const (
	aheadChunks = 3
	aheadSize   = 128 << 10
)

// ahead unpacks on a goroutine of its own while what it gave is being read. The goroutine
// starts with the first Read and ends with the source or with Close, which waits for it.
type ahead struct {
	src  io.Reader
	full chan chunk
	free chan []byte
	stop chan struct{}
	done chan struct{}

	running bool
	closed  bool
	buf     []byte // of the chunk that is being read
	rest    []byte // of buf
	err     error  // after rest
}

type chunk struct {
	data []byte
	err  error
}

func newAhead(src io.Reader) *ahead {
	return &ahead{
		src: src, full: make(chan chunk, aheadChunks), free: make(chan []byte, aheadChunks),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
}

// Read gives what is unpacked, waiting for it if need be.
func (a *ahead) Read(p []byte) (int, error) {
	if !a.running {
		a.running = true
		for range aheadChunks {
			a.free <- make([]byte, aheadSize)
		}
		go a.run()
	}
	for len(a.rest) == 0 {
		if a.err != nil {
			return 0, a.err
		}
		if a.buf != nil {
			a.free <- a.buf
		}
		c := <-a.full
		a.buf, a.rest, a.err = c.data[:cap(c.data)], c.data, c.err
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

func (a *ahead) run() {
	defer close(a.done)
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.stop:
			return
		}
		n, err := 0, error(nil)
		for n < len(buf) && err == nil {
			var k int
			k, err = a.src.Read(buf[n:])
			n += k
		}
		a.full <- chunk{buf[:n], err} // there are no more chunks than it has room for
		if err != nil {
			return
		}
	}
}

// Close ends the unpacking. Nothing may be reading.
func (a *ahead) Close() error {
	if a.closed {
		return nil
	}
	a.closed = true
	if a.running {
		close(a.stop)
		<-a.done
	}
	a.running, a.rest, a.err = true, nil, io.ErrClosedPipe
	return nil
}
