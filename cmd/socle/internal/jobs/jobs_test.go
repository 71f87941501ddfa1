package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"socle/referentials"
)

// start runs a Manager until the test ends, and checks that nothing runs then.
func start(t *testing.T, o Options) *Manager {
	t.Helper()
	m := New(o)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if _, running, _ := m.Load(); running != 0 {
			t.Errorf("%d pieces of work run after Run has returned", running)
		}
	})
	return m
}

// submit queues work that must be taken.
func submit(t testing.TB, m *Manager, work Work) string {
	t.Helper()
	s, err := m.Submit("echo", "me", work)
	if err != nil {
		t.Fatal(err)
	}
	if s.State != Accepted || s.Process != "echo" || s.Created.IsZero() || !s.Started.IsZero() {
		t.Fatalf("%+v", s)
	}
	return s.ID
}

func status(t testing.TB, m *Manager, id string) Status {
	t.Helper()
	s, err := m.Status(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func makes(body string) Work {
	return func(context.Context, func(int)) (*Result, error) { return &Result{"text/plain", []byte(body)}, nil }
}

// hangs is work that ends only when it is told to.
func hangs(ctx context.Context, tell func(int)) (*Result, error) {
	tell(40)
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestLives(t *testing.T) {
	refusal := referentials.Errorf(referentials.Refused, "no")
	for name, c := range map[string]struct {
		work  Work
		state State
		code  referentials.Code
	}{
		"successful": {makes("hello"), Successful, ""},
		"failed":     {func(context.Context, func(int)) (*Result, error) { return nil, refusal }, Failed, referentials.Refused},
		"panics":     {func(context.Context, func(int)) (*Result, error) { panic("a bug") }, Failed, referentials.Internal},
		"too slow":   {hangs, Failed, referentials.Unavailable},
		"too large":  {makes("longer than ten bytes"), Failed, referentials.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := start(t, Options{ResultBytes: 10, Limit: time.Minute})
				id := submit(t, m, c.work)
				time.Sleep(2 * time.Minute)
				s := status(t, m, id)
				if s.State != c.state || referentials.CodeOf(s.Err) != c.code {
					t.Fatalf("%+v", s)
				}
				if s.Started.IsZero() || s.Finished.Before(s.Started) || s.Updated != s.Finished {
					t.Errorf("times: %+v", s)
				}
				r, _, err := m.Result(id)
				if err != nil || (r != nil) != (c.state == Successful) {
					t.Errorf("result %v, %v", r, err)
				}
				if c.state == Successful && (string(r.Body) != "hello" || s.Progress != 100) {
					t.Errorf("%s at %d %%", r.Body, s.Progress)
				}
			})
		})
	}
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, Options{})
		id := submit(t, m, func(_ context.Context, tell func(int)) (*Result, error) {
			for _, p := range []int{30, 10, 250} { // it never goes back, and all is not done yet
				tell(p)
				time.Sleep(time.Minute)
			}
			return &Result{}, nil
		})
		for i, want := range []int{30, 30, 99, 100} {
			synctest.Wait()
			if s := status(t, m, id); s.Progress != want {
				t.Errorf("step %d: %d %%, want %d", i, s.Progress, want)
			}
			time.Sleep(time.Minute)
		}
	})
}

func TestDismiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, Options{Workers: 1})
		running, waiting := submit(t, m, hangs), submit(t, m, hangs)
		synctest.Wait()
		if s := status(t, m, running); s.State != Running || s.Progress != 40 {
			t.Fatalf("%+v", s)
		}
		for _, id := range []string{waiting, running, running} {
			if s, err := m.Dismiss(id); err != nil || s.State != Dismissed {
				t.Errorf("%+v, %v", s, err)
			}
		}
		synctest.Wait()
		if w, r, _ := m.Load(); w != 0 || r != 0 {
			t.Errorf("%d jobs wait and %d run after they were dismissed", w, r)
		}
		if s := status(t, m, running); s.State != Dismissed || s.Err != nil {
			t.Errorf("%+v", s)
		}
		done := submit(t, m, makes("kept"))
		synctest.Wait()
		if _, err := m.Dismiss(done); err != nil {
			t.Fatal(err)
		}
		if r, s, err := m.Result(done); r != nil || s.State != Dismissed || err != nil {
			t.Errorf("%v, %+v, %v", r, s, err)
		}
		if _, _, bytes := m.Load(); bytes != 0 {
			t.Errorf("%d bytes are kept for nothing", bytes)
		}
	})
}

func TestBounds(t *testing.T) {
	t.Run("waiting", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := start(t, Options{Workers: 1, Waiting: 2})
			first := submit(t, m, hangs)
			synctest.Wait()
			submit(t, m, makes(""))
			second := submit(t, m, makes(""))
			if _, err := m.Submit("echo", "me", makes("")); referentials.CodeOf(err) != referentials.Unavailable {
				t.Fatalf("a third job was let in to wait: %v", err)
			}
			if _, err := m.Dismiss(second); err != nil {
				t.Fatal(err)
			}
			last := submit(t, m, makes("")) // in the place that is free now
			if _, err := m.Dismiss(first); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if s := status(t, m, last); s.State != Successful {
				t.Errorf("%+v", s)
			}
		})
	})
	t.Run("workers", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := start(t, Options{Workers: 3, Waiting: 20})
			var now, most atomic.Int64
			for range 20 {
				submit(t, m, func(context.Context, func(int)) (*Result, error) {
					most.Store(max(most.Load(), now.Add(1)))
					time.Sleep(time.Second)
					now.Add(-1)
					return &Result{}, nil
				})
			}
			time.Sleep(8 * time.Second)
			for _, s := range m.List("me") {
				if s.State != Successful {
					t.Errorf("after 7 rounds: %+v", s)
				}
			}
			if most.Load() != 3 {
				t.Errorf("%d jobs ran at once, want 3", most.Load())
			}
		})
	})
	t.Run("bytes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := start(t, Options{Workers: 1, KeptBytes: 10})
			var ids []string
			for range 4 {
				ids = append(ids, submit(t, m, makes("1234")))
			}
			synctest.Wait()
			for i, id := range ids {
				_, err := m.Status(id)
				if kept := err == nil; kept != (i >= 2) {
					t.Errorf("job %d is kept: %t", i, kept)
				}
			}
			if _, _, bytes := m.Load(); bytes != 8 {
				t.Errorf("results weigh %d", bytes)
			}
		})
	})
	t.Run("time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := start(t, Options{Keep: time.Hour, Limit: 3 * time.Hour})
			done, long := submit(t, m, makes("1234")), submit(t, m, hangs)
			time.Sleep(time.Hour - time.Second)
			if s := status(t, m, done); s.State != Successful {
				t.Errorf("%+v", s)
			}
			time.Sleep(2 * time.Second)
			if _, err := m.Status(done); referentials.CodeOf(err) != referentials.NotFound {
				t.Errorf("it is kept too long: %v", err)
			}
			if s := status(t, m, long); s.State != Running {
				t.Errorf("%+v", s)
			}
			time.Sleep(30 * time.Hour) // nobody asks
			if _, _, bytes := m.Load(); bytes != 0 || len(m.jobs)+len(m.order) != 0 {
				t.Errorf("%d bytes, %d jobs are left", bytes, len(m.jobs))
			}
		})
	})
	t.Run("result", func(t *testing.T) {
		b := newBuffer(5)
		for _, s := range []string{"123", "45", ""} {
			if n, err := b.Write([]byte(s)); n != len(s) || err != nil {
				t.Errorf("%q: %d, %v", s, n, err)
			}
		}
		if n, err := b.Write([]byte("6")); n != 0 || referentials.CodeOf(err) != referentials.TooLarge || string(b.Bytes()) != "12345" {
			t.Errorf("%d, %v, %s", n, err, b.Bytes())
		}
	})
}

// TestStop checks that a server which stops stops its jobs.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Options{})
		ctx, cancel := context.WithCancel(t.Context())
		id := submit(t, m, hangs)
		ended := make(chan error, 1)
		go func() { ended <- m.Run(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if s := status(t, m, id); s.State != Failed || referentials.CodeOf(s.Err) != referentials.Unavailable || errors.Is(s.Err, context.Canceled) {
			t.Errorf("%+v", s)
		}
	})
}

func TestIDs(t *testing.T) {
	ids := func(secret []byte) (list []string) {
		m := New(Options{Secret: secret, Waiting: 3})
		for range 3 {
			list = append(list, submit(t, m, makes("")))
		}
		return list
	}
	a, same, other := ids([]byte("a")), ids([]byte("a")), ids(nil)
	if fmt.Sprint(a) != fmt.Sprint(same) {
		t.Errorf("one secret gave %v and %v", a, same)
	}
	seen := map[string]bool{}
	for _, id := range append(a, other...) {
		if len(id) != 32 || seen[id] {
			t.Errorf("%q in %v", id, seen)
		}
		seen[id] = true
	}
}

// TestAnyLife checks what must hold whatever is done to jobs in whatever order.
func TestAnyLife(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		now := time.Unix(0, 0)
		m := New(Options{Waiting: 3, Kept: 4, KeptBytes: 50, ResultBytes: 30, Keep: time.Minute, Now: func() time.Time { return now }})
		var ids []string
		one := func() string { return rapid.SampledFrom(append(ids, "nobody")).Draw(r, "id") }
		ended := map[string]State{}
		r.Repeat(map[string]func(*rapid.T){
			"submit": func(r *rapid.T) {
				s, err := m.Submit("echo", "me", makes(string(make([]byte, rapid.IntRange(0, 40).Draw(r, "bytes")))))
				if err == nil {
					ids = append(ids, s.ID)
				}
			},
			"work":    func(*rapid.T) { m.next(t.Context()) },
			"dismiss": func(*rapid.T) { _, _ = m.Dismiss(one()) }, // there may be none
			"wait":    func(r *rapid.T) { now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(r, "s")) * time.Second) },
			"": func(r *rapid.T) {
				list := m.List("me")
				waiting, running, bytes := m.Load()
				var weight, finished int
				for _, s := range list {
					if was, ok := ended[s.ID]; ok && was != s.State && s.State != Dismissed {
						r.Errorf("%s was %s and is %s", s.ID, was, s.State)
					}
					if !s.State.Ended() {
						continue
					}
					ended[s.ID] = s.State
					finished++
					result, _, err := m.Result(s.ID)
					if err != nil || (result != nil) != (s.State == Successful) {
						r.Errorf("%+v: %v, %v", s, result, err)
					}
					if result != nil {
						weight += len(result.Body)
					}
				}
				if waiting > 3 || running != 0 || bytes > 50 || bytes != weight || finished > 4 || len(list) != waiting+finished {
					r.Errorf("%d wait, %d run, %d bytes (%d), %d of %d have ended", waiting, running, bytes, weight, finished, len(list))
				}
			},
		})
	})
}
