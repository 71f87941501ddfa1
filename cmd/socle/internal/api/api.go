// Package api serves a snapshot over HTTP: OGC API Features, vector tiles, and the web
// pages that go with them.
//
// Handlers see a [snapshot.Public] and nothing else of the data. Each takes it once and
// answers from it to its end.
package api

import (
	"cmp"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/go-chi/chi/v5"
	"github.com/maypok86/otter/v2"

	"socle/cmd/socle/internal/explorer"
	"socle/cmd/socle/internal/jobs"
	"socle/referentials"
	"socle/referentials/query"
	"socle/referentials/snapshot"
	"socle/tiles/cache"
	"socle/tiles/pmtiles"
	"socle/tiles/style"
)

// Config is what an operator may choose. The zero value of each is its default.
type Config struct {
	// BaseURL begins every link: "https://data.example.org/socle". Empty: links follow
	// the request, and X-Forwarded-{Proto,Host,Prefix} or Forwarded (RFC 7239) of a
	// trusted proxy.
	BaseURL string
	// TrustedProxies are the addresses whose X-Forwarded and Forwarded headers are believed.
	TrustedProxies []netip.Prefix

	Title       referentials.Text
	Description referentials.Text
	Version     string // of the program

	DefaultLimit int // features on a page: 10
	MaxLimit     int // 10,000

	MaxConcurrent  int           // requests answered at once, the others get 503: 256
	MaxHeavy       int           // figures worked out at once, and files of addresses, and searches; others wait: as many as processors, 4 at least
	RequestTimeout time.Duration // 60 s
	DrainTimeout   time.Duration // for requests under way when the server stops: 20 s
	MaxURLBytes    int           // 16 KiB
	CacheBytes     uint64        // for the answers to queries: 64 MiB
	TileBytes      uint64        // for tiles that are kept: 512 MiB
	TilesAhead     int           // tiles drawn at once before anyone asks: 1; none when negative
	Prepare        bool          // be ready only once Prepare has made tiles quick: at once
	CursorLifetime time.Duration // how long a walk may pause on data that changed meanwhile: 5 min

	// Desk puts themes on meshes: nil for a server that does not.
	Desk           Desk
	MaxUploadBytes int64 // of a file to aggregate: 32 MiB
	// PublishToken lets who sends it make collections of figures: "" for a server where
	// nobody can.
	PublishToken string

	// Addresses finds addresses: nil for a server that does not.
	Addresses       Addresses
	MaxGeocodeBytes int64 // of a file of addresses to find: 512 MiB

	// Jobs runs processes for clients that do not wait: nil for a server without
	// processes. Running it stays the caller's.
	Jobs *jobs.Manager

	// Archives are PMTiles files to serve; they stay the caller's.
	Archives []*pmtiles.File

	Logger  *slog.Logger // nowhere
	Metrics *metrics.Set // where measures are registered: nowhere
}

func (c *Config) setDefaults() {
	c.Title = cmp.Or(c.Title, referentials.Text{FR: "Socle, le référentiel du territoire", EN: "Socle, the territory's reference data"})
	c.Description = cmp.Or(c.Description, referentials.Text{
		FR: "Les données de référence du territoire, en OGC API Features et en tuiles vectorielles.",
		EN: "The territory's reference data, as OGC API Features and vector tiles.",
	})
	c.Version = cmp.Or(c.Version, "dev")
	c.DefaultLimit = cmp.Or(c.DefaultLimit, 10)
	c.MaxLimit = cmp.Or(c.MaxLimit, 10_000)
	c.MaxConcurrent = cmp.Or(c.MaxConcurrent, 256)
	c.RequestTimeout = cmp.Or(c.RequestTimeout, time.Minute)
	c.DrainTimeout = cmp.Or(c.DrainTimeout, 20*time.Second)
	c.MaxURLBytes = cmp.Or(c.MaxURLBytes, 16<<10)
	c.MaxUploadBytes = cmp.Or(c.MaxUploadBytes, 32<<20)
	c.MaxGeocodeBytes = cmp.Or(c.MaxGeocodeBytes, 512<<20)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = metrics.NewSet()
	}
}

// Validate tells what cannot be served with.
func (c *Config) Validate() error {
	if c.BaseURL == "" {
		return nil
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return referentials.Errorf(referentials.Invalid, "%q cannot begin links", c.BaseURL).
			At("base URL").Do("write it as https://data.example.org or https://example.org/socle")
	}
	return nil
}

// Keeper keeps the snapshot that is served: a [snapshot.Keeper].
type Keeper interface {
	Current() *snapshot.Snapshot
	Status() snapshot.Status
}

// API is the handler of every public path.
type API struct {
	config   Config
	maker    string // of ETags
	public   func() *snapshot.Public
	status   func() snapshot.Status
	systems  systems
	engine   *query.Engine
	tiles    Tiler            // in Web Mercator
	grids    map[string]Tiler // in other tile matrix sets, by id
	cache    *cache.Cache     // of tiles; nil when there are none
	always   []header         // on every tile
	kept     *pagesKept
	asked    *otter.Cache[string, *asked] // by the head of a request
	measures measures
	desk     Desk
	looks    *style.Book
	pages    *pages
	explorer *explorer.App
	archives archives
	linked   atomic.Pointer[linked]
	slots    chan struct{} // one for each request under way
	shares   *shares       // of clients in those
	searches *turns        // for features, as far as they are not at hand
	figures  *turns        // of themes on meshes
	files    *turns        // of files of addresses
	now      func() time.Time
	times    timekeeper

	loaded   atomic.Bool
	prepared atomic.Bool
	boot     string // begins the ids of requests, another one each time the server starts
	requests atomic.Uint64
	handler  http.Handler
}

// New gives the handler. The tiler may be nil: then there are no tiles. Close it after
// the last request.
func New(config Config, keeper Keeper, tiler Tiler) (*API, error) {
	config.setDefaults()
	if err := config.Validate(); err != nil {
		return nil, err
	}
	public := func() *snapshot.Public { return keeper.Current().Public() }
	pages, err := newPages(public)
	if err != nil {
		return nil, err
	}
	looks, err := style.Read()
	if err != nil {
		return nil, err
	}
	app, err := explorer.New()
	if err != nil {
		return nil, err
	}
	a := &API{
		config:   config,
		maker:    makerOf(&config),
		public:   public,
		status:   keeper.Status,
		desk:     config.Desk,
		looks:    looks,
		pages:    pages,
		explorer: app,
		slots:    make(chan struct{}, config.MaxConcurrent),
		shares:   newShares(config.MaxConcurrent),
		searches: newTurns(config.MaxHeavy, 2*config.MaxConcurrent), // all may wait
		figures:  newTurns(config.MaxHeavy, config.MaxConcurrent/4),
		files:    newTurns(config.MaxHeavy, config.MaxConcurrent/4),
		now:      time.Now,
		boot:     strings.ToLower(rand.Text()[:8]) + "-",
	}
	if a.archives, err = newArchives(config.Archives); err != nil {
		return nil, err
	}
	if a.engine, err = query.New(query.Options{CacheBytes: config.CacheBytes, CursorLifetime: config.CursorLifetime}, &a.systems.ways); err != nil {
		return nil, err
	}
	if a.kept, err = newPagesKept(); err != nil {
		return nil, err
	}
	if a.asked, err = newAsked(); err != nil {
		return nil, err
	}
	if tiler != nil {
		if err := a.useTiler(tiler); err != nil {
			return nil, err
		}
		a.grids = gridTilers(a.config.Logger)
	}
	compress, err := compressor()
	if err != nil {
		return nil, err
	}
	a.measure(config.Metrics)
	a.handler = a.routes(compress)
	return a, nil
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !a.serveAtOnce(w, r) {
		a.handler.ServeHTTP(w, r)
	}
}

// Close lets go of what answers need: the coordinate transformers, the revisions that
// walks are on, the tiles. Run must have ended.
func (a *API) Close() {
	if a.cache != nil {
		a.cache.Close()
	}
	a.engine.Close()
	a.systems.close()
}

func (a *API) routes(compress func(http.Handler) http.Handler) http.Handler {
	r := chi.NewRouter()
	r.Use(a.observe, secure, cors(r), a.bound, compress, normalise)
	r.NotFound(a.handle(notFound))
	r.MethodNotAllowed(a.handle(methodNotAllowed(r)))

	get := func(path string, h handlerFunc) {
		handler := a.handle(h)
		r.Get(path, handler)
		r.Head(path, handler)
	}
	get("/livez", a.livez)
	get("/readyz", a.readyz)
	get("/", a.landing)
	get("/conformance", a.conformance)
	get("/api", a.openAPI)
	get("/api.html", a.apiPage)
	get("/map", a.mapPage)
	get("/map/menu", a.mapMenu)
	get("/map/{tag}/{name}", a.mapFile)
	get("/assets/{name}", a.asset)
	get("/collections", a.collections)
	get("/collections/{id}", a.collection)
	get("/collections/{id}/schema", a.schema(returnables))
	get("/collections/{id}/queryables", a.schema(queryables))
	get("/collections/{id}/sortables", a.schema(sortables))
	get("/functions", a.functions)
	get("/collections/{id}/items", a.items)
	get("/collections/{id}/items/{fid}", a.item)
	if a.desk != nil {
		get("/collections/{id}/aggregate", a.aggregate)
		r.Post("/collections/{id}/aggregate", a.handle(a.aggregateOwn))
		get("/collections/{id}/crosswalk", a.crosswalk)
	}
	if a.config.Addresses != nil {
		get("/geocodage/search", a.geocodeSearch)
		get("/geocodage/reverse", a.geocodeReverse)
		r.Post("/geocodage/search/csv", a.handle(a.geocodeCSV(false)))
		r.Post("/geocodage/reverse/csv", a.handle(a.geocodeCSV(true)))
	}
	if a.config.Jobs != nil {
		a.routeProcesses(r)
	}
	if a.tiles != nil {
		get("/tileMatrixSets", a.tileMatrixSets)
		get("/tileMatrixSets/{tms}", a.tileMatrixSet)
		get("/tiles", a.datasetTilesets)
		get("/tiles/{name}", a.tilesAt)
		get("/tiles/{name}/{a}/{b}/{c}", a.tileAt)
		get("/collections/{id}/tiles", a.collectionTilesets)
		get("/collections/{id}/tiles/{tms}", a.collectionTileset)
		get("/collections/{id}/tiles/{tms}/{a}/{b}/{c}", a.collectionTile)
		get("/styles", a.styles)
		get("/styles/{style}", a.style)
	}
	return r
}
