package api

import (
	"context"
	"runtime"
	"sync"

	"socle/referentials"
)

// turns bounds what may be under way of something that takes much memory, disk or time: at
// once, and of what waits for that. Nobody gets all of it: a client has half of the turns at
// most, and half of the places to wait in.
type turns struct {
	all    chan struct{} // one for each turn
	places int           // under way and waiting

	mu      sync.Mutex
	taken   int // places
	clients map[string]*queue
}

// queue is what one client has of the turns.
type queue struct {
	turns chan struct{}
	taken int // places, guarded by the mutex of turns
}

// newTurns gives so many turns at once, or as many as there are processors but 4 at least.
func newTurns(atOnce, places int) *turns {
	if atOnce == 0 {
		atOnce = max(4, runtime.GOMAXPROCS(0))
	}
	return &turns{all: make(chan struct{}, atOnce), places: max(2, places), clients: map[string]*queue{}}
}

// take waits for a turn; done gives it back. It is [referentials.Unavailable] where too much
// waits, and the reason of ctx when that ends.
func (t *turns) take(ctx context.Context, client string) (done func(), err error) {
	q, ok := t.enter(client)
	if !ok {
		return nil, referentials.Errorf(referentials.Unavailable, "too many requests of this kind are being answered").Do("try again in a moment")
	}
	for k, c := range []chan struct{}{q.turns, t.all} {
		select {
		case c <- struct{}{}:
		case <-ctx.Done():
			if k > 0 {
				<-q.turns
			}
			t.leave(client, q)
			return nil, context.Cause(ctx)
		}
	}
	return func() {
		<-t.all
		<-q.turns
		t.leave(client, q)
	}, nil
}

// inTurn does some work in a turn, which is over when the work is: who does not take the answer
// keeps nobody waiting.
func inTurn[T any](ctx context.Context, t *turns, client string, work func(context.Context) (T, error)) (out T, err error) {
	done, err := t.take(ctx, client)
	if err != nil {
		return out, err
	}
	defer done()
	return work(ctx)
}

func (t *turns) enter(client string) (*queue, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.clients[client]
	if q == nil {
		q = &queue{turns: make(chan struct{}, max(1, cap(t.all)/2))}
	}
	if t.taken >= t.places || q.taken >= max(1, t.places/2) {
		return nil, false
	}
	t.clients[client] = q
	t.taken++
	q.taken++
	return q, true
}

func (t *turns) leave(client string, q *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken--
	if q.taken--; q.taken == 0 {
		delete(t.clients, client)
	}
}
