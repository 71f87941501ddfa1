package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"socle/referentials"
)

type migrateCmd struct{}

// Help shows an example.
func (migrateCmd) Help() string {
	return "Commands that open a store migrate it themselves; this one does only that.\n\nExample:\n  socle migrate --store postgres://socle@localhost/rennes"
}

// Run opens the store, which brings its schema up to date.
func (migrateCmd) Run(ctx context.Context, m *Main) error {
	return m.withStoreMade(ctx, func(referentials.Store) error {
		fmt.Fprintf(m.Stdout, "%s is up to date.\n", redact(m.cli.Store))
		return nil
	})
}

type versionCmd struct{}

// Help shows an example.
func (versionCmd) Help() string { return "Example:\n  socle version" }

// Run prints the version of the program and of Go.
func (versionCmd) Run(m *Main) error {
	_, err := fmt.Fprintln(m.Stdout, versionLine())
	return err
}

func versionLine() string {
	line := "socle " + version
	if info, ok := debug.ReadBuildInfo(); ok {
		line += " (" + info.GoVersion + ")"
	}
	return line
}

type healthcheckCmd struct {
	URL     string        `arg:"" optional:"" default:"http://127.0.0.1:8080" help:"Base URL of the server."`
	Timeout time.Duration `default:"5s" help:"How long to wait for the answer."`
}

// Help shows an example.
func (healthcheckCmd) Help() string {
	return "Exit code 0 when the server is ready, for containers and service managers.\n\nExample:\n  socle healthcheck http://127.0.0.1:8080"
}

// maxHealthAnswer bounds what is read of an answer.
const maxHealthAnswer = 64 << 10

// Run asks /readyz.
func (c *healthcheckCmd) Run(ctx context.Context, m *Main) error {
	if c.Timeout <= 0 {
		return &usageError{referentials.Errorf(referentials.Invalid, "%s is no time to wait", c.Timeout).At("--timeout").Do("write it like 5s")}
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	url := strings.TrimSuffix(c.URL, "/") + "/readyz"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return referentials.Errorf(referentials.Invalid, "%q is not a URL", c.URL).Do("write it like http://127.0.0.1:8080")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return referentials.Errorf(referentials.Unavailable, "no answer: %w", err).At("%s", url).Do("is the server running?")
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxHealthAnswer))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return referentials.Errorf(referentials.Unavailable, "not ready: %s", strings.TrimSpace(string(body))).At("%s", url)
	}
	fmt.Fprintln(m.Stdout, "ready")
	return nil
}
