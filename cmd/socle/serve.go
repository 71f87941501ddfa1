package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"golang.org/x/sync/errgroup"

	"socle/cmd/socle/internal/admin"
	"socle/cmd/socle/internal/api"
	"socle/cmd/socle/internal/jobs"
	"socle/imu/theme"
	"socle/referentials"
	"socle/referentials/address"
	"socle/referentials/snapshot"
	"socle/tiles"
	"socle/tiles/pmtiles"
)

type serveCmd struct {
	Listen         string        `default:"127.0.0.1:8080" env:"SOCLE_LISTEN" placeholder:"HOST:PORT" help:"Address to listen on."`
	AdminListen    string        `name:"admin-listen" env:"SOCLE_ADMIN_LISTEN" placeholder:"HOST:PORT" help:"Address for /metrics and /debug/pprof, which must not be public; nowhere when left out."`
	BaseURL        string        `name:"base-url" env:"SOCLE_BASE_URL" placeholder:"URL" help:"Beginning of every link, when clients see another address."`
	TrustedProxies []network     `env:"SOCLE_TRUSTED_PROXIES" placeholder:"CIDR" help:"Proxies whose X-Forwarded or Forwarded headers are believed: networks, or single addresses."`
	RequestTimeout time.Duration `default:"60s" env:"SOCLE_REQUEST_TIMEOUT" help:"Longest time for one answer."`
	MaxLimit       int           `default:"10000" env:"SOCLE_MAX_LIMIT" help:"Most features on a page."`
	CursorLifetime time.Duration `default:"5m" env:"SOCLE_CURSOR_LIFETIME" help:"How long paging may pause on data that changed meanwhile."`
	MaxConcurrent  int           `default:"256" env:"SOCLE_MAX_CONCURRENT" help:"Requests answered at once; others get 503."`
	Archives       []string      `name:"tiles" env:"SOCLE_TILES" placeholder:"FILE.pmtiles" help:"Archives of tiles to serve too, at /tiles/FILE/…."`
	TileMemory     uint64        `name:"tile-memory" default:"256" env:"SOCLE_TILE_MEMORY" placeholder:"MIB" help:"Mebibytes for tiles that are kept; 0: none."`
	TilesAhead     int           `name:"tiles-ahead" default:"1" env:"SOCLE_TILES_AHEAD" help:"Tiles drawn at once before anyone asks for them; 0: none."`
	MaxUpload      int64         `name:"max-upload" default:"32" env:"SOCLE_MAX_UPLOAD" placeholder:"MIB" help:"Mebibytes of a file that is sent to be put on a mesh."`
	PublishToken   string        `name:"publish-token" env:"SOCLE_PUBLISH_TOKEN" placeholder:"TOKEN" help:"Lets clients that send it publish figures on a mesh as a collection (publish=); nobody can when left out. Better set in the environment."`
	MaxGeocode     int64         `name:"max-geocode" default:"512" env:"SOCLE_MAX_GEOCODE" placeholder:"MIB" help:"Mebibytes of a file whose addresses are to be found."`
	profilesFlag
}

// recheck is how often the store is asked for its state even if it tells of no change:
// /readyz says within that time that a database is gone.
const recheck = 10 * time.Second

// Help shows an example.
func (serveCmd) Help() string {
	return "Example:\n  socle serve --store postgres://socle@localhost/rennes --listen 0.0.0.0:8080 --base-url https://data.example.fr/socle"
}

// Run serves the store until ctx ends, then lets requests under way finish.
func (c *serveCmd) Run(ctx context.Context, m *Main) error {
	if storeAbsent(m.cli.Store) { // it may be filled while it is served
		m.logger().Warn("the store is not there: an empty one is made", "store", m.cli.Store)
	}
	return m.withStoreMade(ctx, func(store referentials.Store) error { return c.serve(ctx, m, store, nil) })
}

// openArchives opens PMTiles files, all or none.
func openArchives(paths []string) ([]*pmtiles.File, error) {
	var files []*pmtiles.File
	for _, path := range paths {
		f, err := pmtiles.Open(path)
		if err != nil {
			for _, f := range files {
				_ = f.Close() // it was only read
			}
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// serve listens at once, so that health checks are answered while the snapshot loads.
// ready, if any, is called with the server's URL when it is loaded.
func (c *serveCmd) serve(ctx context.Context, m *Main, store referentials.Store, ready func(url string)) error {
	if err := c.check(); err != nil {
		return &usageError{err}
	}
	logger := m.logger()
	archives, err := openArchives(c.Archives)
	if err != nil {
		return err
	}
	defer func() {
		for _, f := range archives {
			_ = f.Close() // it was only read
		}
	}()
	set := metrics.NewSet()
	keeper := snapshot.New(store, snapshot.Options{Recheck: recheck, Logger: logger})
	profiles, err := c.load()
	if err != nil {
		return &usageError{err}
	}
	upload := c.MaxUpload << 20
	addresses := address.NewKeeper(func() *snapshot.Public { return keeper.Current().Public() }, logger)
	desk, err := theme.New(theme.Options{Profiles: profiles, ReadFile: uploads(upload), Addresses: addresses.Ready, Store: store, Logger: logger}, keeper.Current)
	if err != nil {
		return err
	}
	defer desk.Close()
	work := jobs.New(jobs.Options{Logger: logger})
	handler, err := api.New(api.Config{
		BaseURL: c.BaseURL, TrustedProxies: prefixes(c.TrustedProxies), Version: version,
		RequestTimeout: c.RequestTimeout, MaxConcurrent: c.MaxConcurrent,
		MaxLimit: c.MaxLimit, CursorLifetime: c.CursorLifetime, Logger: logger,
		TileBytes: max(c.TileMemory<<20, 1), TilesAhead: cmp.Or(c.TilesAhead, -1), Prepare: c.TilesAhead > 0,
		Archives: archives, Metrics: set, Desk: desk, MaxUploadBytes: upload, Jobs: work, PublishToken: c.PublishToken,
		Addresses: addresses, MaxGeocodeBytes: c.MaxGeocode << 20,
	}, keeper, tiles.New(tiles.Options{Logger: logger}))
	if err != nil {
		return asUsage(err)
	}
	defer handler.Close()
	listener, operators, err := c.listen(ctx)
	if err != nil {
		return err
	}
	if operators != nil {
		logger.Info("for operators", "url", "http://"+operators.Addr().String()+"/metrics")
	}
	if m.Listening != nil {
		m.Listening(listener.Addr())
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return api.NewServer(handler).Run(ctx, listener) })
	group.Go(func() error { return handler.Run(ctx) })
	group.Go(func() error { return work.Run(ctx) })
	group.Go(func() error { return addresses.Run(ctx) })
	if operators != nil {
		group.Go(func() error { return admin.Serve(ctx, operators, admin.Handler(set)) })
	}
	group.Go(func() error {
		url := "http://" + listener.Addr().String()
		prepare(ctx, keeper, handler, logger.With("url", url))
		if ready != nil {
			ready(url)
		}
		return unlessEnded(ctx, keeper.Run(ctx))
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	logger.Info("stopped")
	return nil
}

// prepare loads what is served. What cannot be loaded now is tried again while the rest is
// served; /readyz says so.
func prepare(ctx context.Context, keeper *snapshot.Keeper, handler *api.API, logger *slog.Logger) {
	began := time.Now()
	if err := keeper.Load(ctx); err != nil && ctx.Err() == nil {
		logger.Error("some collections are not served yet", "error", err)
	}
	if err := handler.Prepare(ctx); err != nil && ctx.Err() == nil {
		logger.Error("some tiles are not prepared", "error", err)
	}
	logger.Info("ready", "collections", len(keeper.Current().Collections()), "took", time.Since(began).Round(time.Millisecond))
}

// listen opens the address that is served and, where there is one, that for operators:
// both or none.
func (c *serveCmd) listen(ctx context.Context) (public, operators net.Listener, err error) {
	if public, err = listen(ctx, "--listen", c.Listen); err != nil || c.AdminListen == "" {
		return public, nil, err
	}
	if operators, err = listen(ctx, "--admin-listen", c.AdminListen); err != nil {
		_ = public.Close() // nobody has connected
		return nil, nil, err
	}
	return public, operators, nil
}

func listen(ctx context.Context, flag, address string) (net.Listener, error) {
	if address == "" { // which would be any port, on every interface
		return nil, &usageError{referentials.Errorf(referentials.Invalid, "it names no address").At("%s", flag).Do("write HOST:PORT, such as 127.0.0.1:8080")}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err == nil {
		return l, nil
	}
	told := referentials.Errorf(referentials.Unavailable, "cannot listen: %w", err).At("%s %s", flag, address)
	var wrong *net.AddrError
	switch {
	case errors.As(err, &wrong):
		return nil, &usageError{told.Do("write HOST:PORT, such as 127.0.0.1:8080")}
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, told.Do("is another server running there? choose another port")
	case errors.Is(err, syscall.EACCES):
		return nil, told.Do("ports below 1024 need a right of their own: choose another, or let a proxy listen there")
	}
	return nil, told.Do("name an address of this machine and a port, such as 127.0.0.1:8080")
}

// unlessEnded drops an error that only says that ctx ended: stopping is no failure.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
