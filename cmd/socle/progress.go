package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress shows how far a long command is: a bar that redraws itself on a terminal,
// a plain line every few seconds elsewhere. It is safe for concurrent use.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	tty   bool
	every time.Duration
	last  time.Time
	shown int // width of the line on the terminal now
	title string
}

const (
	redrawEvery = 100 * time.Millisecond
	lineEvery   = 5 * time.Second
	barWidth    = 28
)

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, every: lineEvery, last: time.Now()}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.tty, p.every, p.last = true, redrawEvery, time.Time{}
	}
	return p
}

// Update tells the share done (0…1, negative when unknown) of what title names.
func (p *progress) Update(title string, share float64, detail string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	// On a terminal a new title shows at once; elsewhere a line is worth printing only
	// for work that lasts.
	if now.Sub(p.last) < p.every && (!p.tty || title == p.title) {
		return
	}
	p.last, p.title = now, title
	p.draw(title, share, detail)
}

func (p *progress) draw(title string, share float64, detail string) {
	line := title
	switch {
	case share >= 0 && p.tty:
		share = min(share, 1)
		full := int(share * barWidth)
		line += fmt.Sprintf(" %s%s %3.0f %%", strings.Repeat("█", full), strings.Repeat("░", barWidth-full), 100*share)
	case share >= 0:
		line += fmt.Sprintf(" %.0f %%", 100*min(share, 1))
	}
	if detail != "" {
		line += "  " + detail
	}
	if !p.tty {
		fmt.Fprintln(p.w, line)
		return
	}
	width := len([]rune(line))
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, p.shown-width)))
	p.shown = width
}

// Done takes the bar away, so that what follows starts on a clean line.
func (p *progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tty && p.shown > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.shown))
		p.shown = 0
	}
}

// thousands writes n with a comma between groups, as the reports of imports do.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
