package crosswalk

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"socle/geo"
	"socle/imu/parallel"
	"socle/referentials"
)

// TestPanicWhileBuilding gives a bug in a build, or in a worker of it, as an error to all who
// wait, tells the log of it once, and begins anew for who comes next.
func TestPanicWhileBuilding(t *testing.T) {
	find := new(world).add(layerOf("mesh", geo.Polygon), features(rectangle(0, 0, 10, 10))...).add(layerOf("points", geo.Point), features(pointAt(1, 1))...).load(t)
	r := Request{Source: find("points"), Mesh: find("mesh"), Method: Point}
	broken := func(list []int) int { return list[len(list)] }
	for name, bug := range map[string]func(context.Context) error{
		"build": func(context.Context) error { broken(nil); return nil },
		"worker": func(ctx context.Context) error {
			return parallel.Each(ctx, 1, 1, func() int { return 0 }, func(int, int, int, int) error { broken(nil); return nil })
		},
	} {
		var log bytes.Buffer
		c, err := NewCache(1<<20, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		all, begun := make(chan struct{}), 0
		c.making = func(ctx context.Context, r Request) (*Matrix, error) {
			if begun++; begun > 1 {
				return Build(ctx, r)
			}
			<-all
			return nil, bug(ctx)
		}
		const waiting = 5
		var group sync.WaitGroup
		errs := make([]error, waiting)
		for k := range errs {
			group.Go(func() { _, errs[k] = c.Get(t.Context(), r) })
		}
		for joined := 0; joined < waiting; {
			c.mu.Lock()
			if b := c.builds[r.question()]; b != nil {
				joined = b.waiting
			}
			c.mu.Unlock()
		}
		close(all)
		group.Wait()
		for _, err := range errs {
			if referentials.CodeOf(err) != referentials.Internal {
				t.Errorf("%s: %v", name, err)
			}
		}
		if text := log.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, "TestPanicWhileBuilding") {
			t.Errorf("%s: the log says %s", name, text)
		}
		if _, err := c.Get(t.Context(), r); err != nil {
			t.Errorf("%s: the next gets %v", name, err)
		}
	}
}
