package jobs

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"socle/referentials"
)

// Run does the work of jobs until ctx ends, and returns when all of it has stopped.
func (m *Manager) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for range m.options.Workers {
		group.Go(func() error {
			m.serve(ctx)
			return nil
		})
	}
	group.Go(func() error {
		m.expire(ctx)
		return nil
	})
	return group.Wait()
}

// serve does one job after another.
func (m *Manager) serve(ctx context.Context) {
	for ctx.Err() == nil {
		if m.next(ctx) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-m.wake:
		}
	}
}

// next does the job that has waited longest, and tells whether there was one.
func (m *Manager) next(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, m.options.Limit)
	defer cancel()
	j, work := m.begin(cancel)
	if j == nil {
		return false
	}
	result, err := m.attempt(ctx, j, work)
	switch {
	case err == nil || ctx.Err() == nil:
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = referentials.Errorf(referentials.Unavailable, "the job took longer than %s", m.options.Limit).Do("ask for less at once")
	default:
		err = referentials.Errorf(referentials.Unavailable, "the job was stopped")
	}
	m.end(j, result, err)
	return true
}

func (m *Manager) begin(cancel context.CancelFunc) (*job, Work) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.waiting) == 0 {
		return nil, nil
	}
	j := m.waiting[0]
	m.waiting = slices.Delete(m.waiting, 0, 1)
	if len(m.waiting) > 0 {
		m.rouse()
	}
	m.running++
	j.State, j.Started, j.cancel = Running, m.options.Now(), cancel
	j.Updated = j.Started
	return j, j.work
}

// attempt does the work. A panic in it is a bug that must not take the server down.
func (m *Manager) attempt(ctx context.Context, j *job, work Work) (result *Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			m.options.Logger.ErrorContext(ctx, "panic in a job", "job", j.ID, "stack", string(debug.Stack()))
			err = referentials.Errorf(referentials.Internal, "panic: %v", p)
		}
	}()
	if result, err = work(ctx, func(percent int) { m.tell(j, percent) }); err != nil {
		return nil, err
	}
	if n := len(result.Body); n > m.options.ResultBytes {
		return nil, tooLarge(m.options.ResultBytes)
	}
	return result, nil
}

func tooLarge(most int) error {
	return referentials.Errorf(referentials.TooLarge, "the result has more than %d bytes", most).Do("ask for less at once")
}

// tell notes how far a job is. All is not done before it has ended.
func (m *Manager) tell(j *job, percent int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if percent = min(percent, 99); j.State == Running && percent > j.Progress {
		j.Progress, j.Updated = percent, m.options.Now()
	}
}

func (m *Manager) end(j *job, result *Result, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running--
	switch {
	case j.State == Dismissed: // nobody wants it any more
	case err != nil:
		j.Err = err
		m.close(j, Failed)
		if referentials.CodeOf(err) == referentials.Internal {
			m.options.Logger.Error("job failed", "job", j.ID, "process", j.Process, "error", err)
		}
	default:
		j.result, j.Progress = result, 100
		m.bytes += len(result.Body)
		m.close(j, Successful)
	}
	m.sweep()
}

// close ends a job, whose work is let go of with all it holds.
func (m *Manager) close(j *job, s State) {
	now := m.options.Now()
	j.State, j.Updated, j.work, j.cancel = s, now, nil, nil
	if j.Finished.IsZero() {
		j.Finished = now
	}
}

// drop lets go of the result of a job.
func (m *Manager) drop(j *job) {
	if j.result != nil {
		m.bytes -= len(j.result.Body)
		j.result = nil
	}
}

// expire forgets jobs in time even if nobody asks for any.
func (m *Manager) expire(ctx context.Context) {
	ticker := time.NewTicker(max(m.options.Keep/8, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			m.mu.Lock()
			m.sweep()
			m.mu.Unlock()
		}
	}
}

// sweep forgets jobs whose time is over, and the oldest of those that are too many or too
// heavy together.
func (m *Manager) sweep() {
	ended := 0
	for _, j := range m.order {
		if j.State.Ended() {
			ended++
		}
	}
	now := m.options.Now()
	m.order = slices.DeleteFunc(m.order, func(j *job) bool {
		if !j.State.Ended() || now.Sub(j.Finished) < m.options.Keep && ended <= m.options.Kept && m.bytes <= m.options.KeptBytes {
			return false
		}
		ended--
		m.drop(j)
		delete(m.jobs, j.ID)
		return true
	})
}
