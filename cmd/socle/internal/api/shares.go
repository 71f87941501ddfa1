package api

import "sync"

// shares keeps one client from having all requests under way: who takes none of the answers
// it asks for would keep everybody else out.
type shares struct {
	most int // of one client

	mu    sync.Mutex
	taken map[string]int
}

// newShares leaves a sixteenth of the requests at once to others than any one client: enough
// for answers that are taken.
func newShares(atOnce int) *shares {
	return &shares{most: max(1, atOnce-max(1, atOnce/16)), taken: map[string]int{}}
}

// enter tells whether a client may have one more request under way. It leaves after that.
func (s *shares) enter(client string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[client] >= s.most {
		return false
	}
	s.taken[client]++
	return true
}

func (s *shares) leave(client string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[client]--; s.taken[client] == 0 {
		delete(s.taken, client)
	}
}
