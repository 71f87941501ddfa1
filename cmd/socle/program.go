package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"socle/referentials"
)

// Main is the whole program, so that a test can run it: parse, run on a port of its own,
// close.
type Main struct {
	Stdout, Stderr io.Writer
	// Listening, when set, is called with the address of each listener as it opens.
	Listening func(net.Addr)

	cli     cli
	command *kong.Context
}

// cli is the command line. Settings come from defaults, then the file of --config, then
// the environment, then flags.
type cli struct {
	Store  string          `help:"Where the data is kept: gpkg:FILE or postgres://…" env:"SOCLE_STORE" default:"gpkg:var/socle.gpkg" placeholder:"URL"`
	Config kong.ConfigFlag `help:"YAML file of settings, named like the flags." env:"SOCLE_CONFIG" placeholder:"FILE"`
	Log    string          `help:"Form of the logs: text or json." enum:"text,json" default:"text" env:"SOCLE_LOG"`
	Level  string          `name:"log-level" help:"What is logged; debug tells of every request." enum:"debug,info,warn,error" default:"info" env:"SOCLE_LOG_LEVEL"`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version."`

	Demo        demoCmd        `cmd:"" help:"Make a synthetic territory if there is none, and serve it."`
	Synth       synthCmd       `cmd:"" help:"Write a synthetic territory as files in the real formats."`
	Import      importCmd      `cmd:"" help:"Import files as the next version of a collection."`
	Collections collectionsCmd `cmd:"" help:"List the collections, or show one."`
	Rollback    rollbackCmd    `cmd:"" help:"Make an earlier version of a collection current."`
	Export      exportCmd      `cmd:"" help:"Write a collection to a file."`
	Aggregate   aggregateCmd   `cmd:"" help:"Put the values of a collection on the cells of another."`
	Crosswalk   crosswalkCmd   `cmd:"" help:"Write which features reach which cells."`
	Geocode     geocodeCmd     `cmd:"" help:"Find the addresses of a CSV file."`
	Serve       serveCmd       `cmd:"" help:"Serve the collections over HTTP."`
	Tiles       tilesCmd       `cmd:"" help:"Write vector tiles to files."`
	IMU         imuCmd         `cmd:"" name:"imu" help:"Cut a territory into urban morphological blocks, and measure urban form."`
	Links       linksCmd       `cmd:"" help:"Tell which buildings each address belongs to."`
	Migrate     migrateCmd     `cmd:"" help:"Bring the store's schema up to date."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask a running server whether it is ready."`
}

// usageError is a command line that cannot be understood: exit code 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// errDone ends the program at once and well, after --help.
var errDone = errors.New("done")

// NewMain gives the program on the standard streams.
func NewMain() *Main { return &Main{Stdout: os.Stdout, Stderr: os.Stderr} }

// ParseFlags reads the command line, the environment and the configuration file.
func (m *Main) ParseFlags(args []string) error {
	done := false
	parser, err := kong.New(&m.cli,
		kong.Name("socle"),
		kong.Description("The territorial-reference server: referentials in, OGC API Features and vector tiles out."),
		kong.Writers(m.Stdout, m.Stderr),
		kong.Exit(func(int) { done = true }),
		kong.Configuration(yamlSettings),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ValueFormatter(describeValue),
		kong.Vars{"version": versionLine()},
		kong.UsageOnError(),
	)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help":
		args = append(slices.Clone(args[1:]), "--help")
	}
	m.command, err = parser.Parse(args)
	if done {
		return errDone
	}
	if err != nil {
		return &usageError{err}
	}
	return nil
}

// describeValue gives the help of a flag with the default that its placeholder hides.
func describeValue(v *kong.Value) string {
	if v.Flag != nil && v.Flag.PlaceHolder != "" && v.HasDefault && v.Default != "" {
		told := *v
		told.Help = strings.TrimSuffix(v.Help, ".") + "; " + v.Default + " when left out."
		return kong.DefaultHelpValueFormatter(&told)
	}
	return kong.DefaultHelpValueFormatter(v)
}

// Run runs the command until it ends or ctx does.
func (m *Main) Run(ctx context.Context) error {
	m.command.BindTo(ctx, (*context.Context)(nil))
	return m.command.Run(m)
}

// logger gives the structured log, on standard error.
func (m *Main) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(m.cli.Level)) // one of the enumeration
	options := &slog.HandlerOptions{Level: level}
	if m.cli.Log == "json" {
		return slog.New(slog.NewJSONHandler(m.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(m.Stderr, options))
}

// withStore opens the store of the command line for the time of use. It has to be there: what
// only reads would make an empty one of a path that is mistyped.
func (m *Main) withStore(ctx context.Context, use func(referentials.Store) error) error {
	if storeAbsent(m.cli.Store) {
		return referentials.Errorf(referentials.NotFound, "there is no such store").At("--store %s", m.cli.Store).
			Do("check the path; socle import FILE makes a store, and socle demo one to try")
	}
	return m.withStoreMade(ctx, use)
}

// withStoreMade is withStore, but makes a store where there is none.
func (m *Main) withStoreMade(ctx context.Context, use func(referentials.Store) error) (err error) {
	store, err := openStore(ctx, m.cli.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return use(store)
}
