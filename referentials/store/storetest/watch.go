package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"socle/referentials"
)

var watches = []testCase{
	{"tells every change", watchTells},
	{"another handle's changes", watchElsewhere},
	{"ends with its context", watchEnds},
	{"many watchers", watchMany},
}

// patience is how long the suite waits for what must come; users are promised 2 s, a
// loaded test machine gets more.
const patience = 10 * time.Second

// watcher runs Watch and hands its events over.
type watcher struct {
	events chan referentials.Event
	done   chan error
	stop   context.CancelFunc
}

func watch(t *testing.T, s referentials.Store) *watcher {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{make(chan referentials.Event, 1000), make(chan error, 1), cancel}
	go func() { w.done <- s.Watch(ctx, func(e referentials.Event) { w.events <- e }) }()
	select {
	case e := <-w.events:
		if e.Collection != "" {
			t.Errorf("the first event is of %q, want an empty one", e.Collection)
		}
	case err := <-w.done:
		cancel()
		t.Fatalf("Watch ended: %v", err)
	case <-time.After(patience):
		cancel()
		t.Fatal("Watch tells nothing when it is ready")
	}
	return w
}

// wait waits for an event that covers a collection.
func (w *watcher) wait(t *testing.T, id, after string) {
	t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case e := <-w.events:
			if e.Collection == id || e.Collection == "" {
				return
			}
		case err := <-w.done:
			t.Fatalf("Watch ended: %v", err)
		case <-timeout:
			t.Fatalf("no event of %s after %s", id, after)
		}
	}
}

// settle takes the events that are still on their way.
func (w *watcher) settle() {
	for {
		select {
		case <-w.events:
		case <-time.After(300 * time.Millisecond):
			return
		}
	}
}

// end stops the watch and checks that it ended because it was asked to.
func (w *watcher) end(t *testing.T) {
	t.Helper()
	w.stop()
	select {
	case err := <-w.done:
		if err != nil && referentials.CodeOf(err) != referentials.Unavailable && !errors.Is(err, context.Canceled) {
			t.Errorf("Watch ended with %v", err)
		}
	case <-time.After(patience):
		t.Error("Watch does not end with its context")
	}
}

// tells goes through everything that changes a store, with s the handle that does it.
func tells(t *testing.T, w *watcher, s referentials.Store, o Opened) {
	t.Helper()
	publish(t, s, names("voies"), name("a", "x", 1))
	w.wait(t, "voies", "the first Replace")
	w.settle()
	publish(t, s, names("voies"), name("a", "x", 2))
	w.wait(t, "voies", "Replace")
	w.settle()
	apply(t, s, "voies", upsert(name("a", "x", 3)))
	w.wait(t, "voies", "Apply")
	w.settle()
	o.SQL(t, "UPDATE "+o.Table("voies")+" SET n = 4")
	w.wait(t, "voies", "an UPDATE")
	w.settle()
	if _, err := s.Rollback(t.Context(), "voies", 0, nil); err != nil {
		t.Fatal(err)
	}
	w.wait(t, "voies", "Rollback")
	w.settle()
	if err := s.Drop(t.Context(), "voies"); err != nil {
		t.Fatal(err)
	}
	w.wait(t, "voies", "Drop")
}

func watchTells(t *testing.T, o Opened) {
	w := watch(t, o.Store)
	tells(t, w, o.Store, o)
	w.end(t)
}

func watchElsewhere(t *testing.T, o Opened) {
	other := o.Reopen(t)
	defer other.Close()
	w := watch(t, o.Store)
	tells(t, w, other, o)
	w.end(t)
}

func watchEnds(t *testing.T, o Opened) {
	w := watch(t, o.Store)
	w.end(t)
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	select {
	case e := <-w.events:
		t.Errorf("event %v after the end", e)
	case <-time.After(50 * time.Millisecond):
	}
}

func watchMany(t *testing.T, o Opened) {
	one, two := watch(t, o.Store), watch(t, o.Store)
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	one.wait(t, "voies", "Replace")
	two.wait(t, "voies", "Replace")
	one.end(t)
	two.settle()
	publish(t, o.Store, names("autres"), name("a", "x", 1))
	two.wait(t, "autres", "Replace")
	two.end(t)
}
