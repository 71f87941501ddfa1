package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"socle/cmd/socle/internal/wire"
)

// What a client may take its time for, and send.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	writeGrace        = 5 * time.Second // beyond the time a request may take
	maxHeaderBytes    = 64 << 10
)

// Server serves an API on a listener.
type Server struct {
	http  http.Server
	api   *API
	drain time.Duration
}

// NewServer prepares to serve a.
func NewServer(a *API) *Server {
	s := &Server{
		api:   a,
		drain: a.config.DrainTimeout,
		http: http.Server{
			Handler:           a,
			ReadHeaderTimeout: readHeaderTimeout,
			ReadTimeout:       readTimeout,
			WriteTimeout:      a.config.RequestTimeout + writeGrace,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			ErrorLog:          slog.NewLogLogger(a.config.Logger.Handler(), slog.LevelWarn),
		},
	}
	wire.Install(&s.http)
	return s
}

// Run serves until ctx ends, then takes no more connections and gives the requests under
// way their time to finish. It closes the listener. Stopping in time is no error.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	// Requests outlive ctx while they are drained.
	s.http.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(wire.Listen(l, s.api, s.http.IdleTimeout, s.http.WriteTimeout)) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain)
	defer cancel()
	err := s.http.Shutdown(draining)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests were cut after %s: %w", s.drain, err), s.http.Close())
	}
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
