package api

import (
	"io"
	"net/http"
	"time"
)

// Long files may take long, but not by waiting: who sends or takes nothing holds disk and a
// turn that others wait for.
const (
	patience  = 30 * time.Second // with a client that sends or takes nothing
	leastRate = 16 << 10         // bytes a second that a client has to send, beyond that
)

// steadyBody reads a body that has to keep coming, and to have come in time.
type steadyBody struct {
	io.Reader
	connection *http.ResponseController
	began      time.Time
	longest    time.Duration
	read       int64
}

// newSteadyBody reads the body of a request, of which it takes so many bytes and so long,
// however long it waited for its turn.
func newSteadyBody(w http.ResponseWriter, r *http.Request, most int64, longest time.Duration) *steadyBody {
	return &steadyBody{Reader: http.MaxBytesReader(w, r.Body, most), connection: http.NewResponseController(w), began: time.Now(), longest: longest}
}

func (s *steadyBody) Read(b []byte) (int, error) {
	// Where no deadline can be set the usual ones hold.
	_ = s.connection.SetReadDeadline(s.began.Add(min(s.longest, patience+time.Duration(s.read)*time.Second/leastRate)))
	n, err := s.Reader.Read(b)
	s.read += int64(n)
	return n, err
}

// steadyAnswer writes to a client that has to keep taking.
type steadyAnswer struct {
	io.Writer
	connection *http.ResponseController
}

func (s *steadyAnswer) Write(b []byte) (int, error) {
	_ = s.connection.SetWriteDeadline(time.Now().Add(patience))
	return s.Writer.Write(b)
}
