package address

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// Keeper keeps an index that is as new as the snapshot it is of. Run makes the next one
// behind the scenes and swaps it; until then the one before answers.
type Keeper struct {
	public func() *snapshot.Public
	logger *slog.Logger

	mu    sync.Mutex
	index *Index
	made  chan struct{} // closed when the first attempt is over
	once  sync.Once
}

// NewKeeper follows the snapshot that public gives. Call Run.
func NewKeeper(public func() *snapshot.Public, logger *slog.Logger) *Keeper {
	return &Keeper{public: public, logger: logger, made: make(chan struct{})}
}

// Current gives the index of now. While the first one is being made it waits, as long as
// ctx lets it; Unavailable when there are no addresses.
func (k *Keeper) Current(ctx context.Context) (*Index, error) {
	k.mu.Lock()
	x := k.index
	k.mu.Unlock()
	if x != nil {
		return x, nil
	}
	if tagOf(k.public()) == "" {
		return nil, errNoAddresses()
	}
	select {
	case <-k.made:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return k.Ready(ctx)
}

// Ready gives the index of now and does not wait: Unavailable when there is none.
func (k *Keeper) Ready(context.Context) (*Index, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.index != nil {
		return k.index, nil
	}
	if tagOf(k.public()) == "" {
		return nil, errNoAddresses()
	}
	return nil, referentials.Errorf(referentials.Unavailable, "the index of addresses is not made yet").Do("try again in a moment")
}

func errNoAddresses() error {
	return referentials.Errorf(referentials.Unavailable, "there are no addresses to search in").Do("socle import the register of addresses, as adresses")
}

// Run makes an index whenever the collections it is of change, until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	last := ""
	for {
		public := k.public()
		if tag := tagOf(public); tag != last {
			k.make(ctx, public)
			last = tag
		}
		select {
		case <-ctx.Done():
			return nil
		case <-public.Replaced():
		}
	}
}

func (k *Keeper) make(ctx context.Context, public *snapshot.Public) {
	began := time.Now()
	x, err := FromSnapshot(ctx, public)
	if err != nil && ctx.Err() == nil {
		k.logger.Warn("addresses cannot be searched", "error", err)
	}
	k.mu.Lock()
	k.index = x
	k.mu.Unlock()
	if x != nil {
		s := x.Stats()
		k.logger.Info("addresses can be searched", "addresses", s.Addresses, "streets", s.Streets, "communes", s.Communes,
			"dropped", s.Dropped, "bytes", s.Bytes, "took", time.Since(began).Round(time.Millisecond))
		k.once.Do(func() { close(k.made) })
	}
}
