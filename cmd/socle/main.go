// Command socle is the territorial-reference server: it imports referentials into a
// store, serves them, and answers what a theme's value is on a mesh.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"socle/referentials"
)

// version is set by the linker.
var version = "dev"

// Exit codes of every command.
const (
	exitOK    = 0
	exitFail  = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program whatever it is doing
	m := NewMain()
	code := exitCode(m, m.ParseFlags(os.Args[1:]))
	if code < 0 {
		code = exitCode(m, m.Run(ctx))
	}
	stop()
	os.Exit(max(code, exitOK))
}

// exitCode prints err and gives the process' exit code for it, -1 for none.
func exitCode(m *Main, err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return -1
	case errors.Is(err, errDone):
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(m.Stderr, "socle: %v\n", err)
		return exitUsage
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(m.Stderr, "socle: interrupted; what was not finished is left as it was before")
		return exitFail
	}
	printError(m, err)
	return exitFail
}

// printError shows an error the way people read it: what and where, then what to do.
func printError(m *Main, err error) {
	var e *referentials.Error
	if !errors.As(err, &e) {
		fmt.Fprintf(m.Stderr, "socle: %v\n", err)
		return
	}
	hint := e.Hint
	plain := *e
	plain.Hint = ""
	fmt.Fprintf(m.Stderr, "socle: %v\n", plain.Error())
	if hint != "" {
		fmt.Fprintf(m.Stderr, "  → %s\n", hint)
	}
}
