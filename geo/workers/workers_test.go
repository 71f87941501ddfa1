package workers

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// caught gives what a function panics with.
func caught(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

func broken(list []int) int { return list[len(list)] }

func TestPanicOfAWorker(t *testing.T) {
	for name, group := range map[string]func() (*Group, context.Context){
		"plain":   func() (*Group, context.Context) { return new(Group), nil },
		"context": func() (*Group, context.Context) { return WithContext(t.Context()) },
	} {
		g, ctx := group()
		g.Go(func() error {
			var inner Group
			inner.SetLimit(1)
			inner.Go(func() error { broken(nil); return nil })
			return inner.Wait()
		})
		if ctx != nil {
			g.Go(func() error { <-ctx.Done(); return ctx.Err() })
		}
		p, ok := caught(func() { _ = g.Wait() }).(*Panic)
		if !ok || !strings.Contains(p.Error(), "out of range") || !strings.Contains(p.Error(), "workers.broken") {
			t.Errorf("%s: %v", name, p)
		}
	}
}

func TestErrors(t *testing.T) {
	wrong := errors.New("wrong")
	var g Group
	g.Go(func() error { return wrong })
	g.Go(func() error { return nil })
	if err := g.Wait(); !errors.Is(err, wrong) {
		t.Error(err)
	}
	ended, ctx := WithContext(t.Context())
	ended.Go(func() error { return wrong })
	if err := ended.Wait(); !errors.Is(err, wrong) || ctx.Err() == nil {
		t.Error(err, ctx.Err())
	}
}
