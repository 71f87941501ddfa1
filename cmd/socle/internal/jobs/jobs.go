// Package jobs runs work that outlives the request which asked for it.
//
//	Submit ─▶ accepted ─▶ running ─▶ successful or failed, kept for a while ─▶ forgotten
//	              └──────────┴─────▶ dismissed
//
// Everything is bounded: jobs that wait, jobs that run, how long one may run, what its result
// weighs, what all results weigh and how long they are kept. Work runs in [Manager.Run] and
// nowhere else: when that has returned, nothing runs.
package jobs

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"slices"
	"sync"
	"time"

	"socle/referentials"
)

// State is where a job is in its life, as OGC API Processes names it.
type State string

// The states.
const (
	Accepted   State = "accepted"
	Running    State = "running"
	Successful State = "successful"
	Failed     State = "failed"
	Dismissed  State = "dismissed"
)

// Ended tells whether a job of that state will not change any more.
func (s State) Ended() bool { return s != Accepted && s != Running }

// States are all states, in the order of a job's life.
func States() []State { return []State{Accepted, Running, Successful, Failed, Dismissed} }

// Options bounds a Manager. The zero value of each is its default.
type Options struct {
	Workers     int           // jobs that run at once: 2
	Waiting     int           // jobs that wait for their turn, the others are refused: 32
	Limit       time.Duration // longest that a job may run: 10 min
	ResultBytes int           // of one result: 32 MiB
	KeptBytes   int           // of all results, the oldest go first: 128 MiB
	Kept        int           // jobs that are remembered after their end: 256
	Keep        time.Duration // how long they are: 1 h

	// Secret makes ids: the same secret gives the same ids. Nil makes one.
	Secret []byte
	Now    func() time.Time // time.Now
	Logger *slog.Logger     // nowhere
}

func (o *Options) setDefaults() {
	o.Workers = cmp.Or(o.Workers, 2)
	o.Waiting = cmp.Or(o.Waiting, 32)
	o.Limit = cmp.Or(o.Limit, 10*time.Minute)
	o.ResultBytes = cmp.Or(o.ResultBytes, 32<<20)
	o.KeptBytes = cmp.Or(o.KeptBytes, 128<<20)
	o.Kept = cmp.Or(o.Kept, 256)
	o.Keep = cmp.Or(o.Keep, time.Hour)
	if o.Secret == nil {
		o.Secret = []byte(rand.Text())
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Result is what a job has made: an answer as it is sent.
type Result struct {
	Media string // with its parameters
	Body  []byte
}

// Work makes a result. It ends soon after ctx does, and tells how far it is, in percent.
type Work func(ctx context.Context, tell func(percent int)) (*Result, error)

// Status is what may be told of a job. It holds nothing of what was asked.
type Status struct {
	ID       string
	Process  string
	Owner    string // who asked for it
	State    State
	Progress int   // percent
	Err      error // of a failed job

	Created, Started, Finished, Updated time.Time // zero: not yet
}

// job is guarded by the mutex of its Manager.
type job struct {
	Status
	work   Work
	cancel context.CancelFunc // while it runs
	result *Result
}

// Manager owns jobs. It is safe for concurrent use.
type Manager struct {
	options Options
	wake    chan struct{} // something waits

	mu      sync.Mutex // guards what follows
	made    uint64
	jobs    map[string]*job
	order   []*job // as they were made
	waiting []*job
	running int
	bytes   int // of results
}

// New gives a Manager whose jobs wait until Run is called.
func New(o Options) *Manager {
	o.setDefaults()
	return &Manager{options: o, wake: make(chan struct{}, 1), jobs: map[string]*job{}}
}

// Submit queues work for an owner. It is [referentials.Unavailable] when too much waits
// already.
func (m *Manager) Submit(process, owner string, work Work) (Status, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.waiting) >= m.options.Waiting {
		return Status{}, referentials.Errorf(referentials.Unavailable, "%d jobs wait already", len(m.waiting)).Do("try again in a moment")
	}
	now := m.options.Now()
	m.made++
	j := &job{Status: Status{ID: m.id(m.made), Process: process, Owner: owner, State: Accepted, Created: now, Updated: now}, work: work}
	m.jobs[j.ID] = j
	m.order = append(m.order, j)
	m.waiting = append(m.waiting, j)
	m.rouse()
	return j.Status, nil
}

// id names the nth job. Who has not the secret cannot tell one from those before.
func (m *Manager) id(n uint64) string {
	h := hmac.New(sha256.New, m.options.Secret)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	h.Write(b[:]) // to a hash: it never fails
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// rouse wakes one worker; that one wakes the next while something waits.
func (m *Manager) rouse() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Status tells how a job does. It is [referentials.NotFound] when there is none of that id,
// or none any more.
func (m *Manager) Status(id string) (Status, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, err := m.find(id)
	if err != nil {
		return Status{}, err
	}
	return j.Status, nil
}

// Result gives what a job has made, nil unless it was successful.
func (m *Manager) Result(id string) (*Result, Status, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, err := m.find(id)
	if err != nil {
		return nil, Status{}, err
	}
	return j.result, j.Status, nil
}

// Dismiss stops a job, or lets go of its result. Of a job that ran, the work is cancelled:
// it ends soon after.
func (m *Manager) Dismiss(id string) (Status, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, err := m.find(id)
	if err != nil {
		return Status{}, err
	}
	if j.State == Dismissed {
		return j.Status, nil
	}
	if j.cancel != nil {
		j.cancel()
	}
	m.waiting = slices.DeleteFunc(m.waiting, func(w *job) bool { return w == j })
	m.drop(j)
	m.close(j, Dismissed)
	return j.Status, nil
}

// List tells of the jobs of an owner, the newest first.
func (m *Manager) List(owner string) []Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	list := make([]Status, 0, len(m.order))
	for _, j := range slices.Backward(m.order) {
		if j.Owner == owner {
			list = append(list, j.Status)
		}
	}
	return list
}

// Load tells how many jobs wait, how many pieces of work run, and what results weigh.
func (m *Manager) Load() (waiting, running, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting), m.running, m.bytes
}

func (m *Manager) find(id string) (*job, error) {
	m.sweep()
	j, ok := m.jobs[id]
	if !ok {
		return nil, referentials.Errorf(referentials.NotFound, "there is no job %.60q", id).
			Do("jobs are forgotten %s after their end: execute the process again", m.options.Keep)
	}
	return j, nil
}
