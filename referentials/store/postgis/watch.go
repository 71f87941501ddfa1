package postgis

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"socle/referentials"
)

const (
	// checkEvery is how often a quiet watcher compares the books with what it last saw: it
	// finds a connection that died without a word, and what a pooler kept from it.
	checkEvery = 30 * time.Second

	// A lost connection is tried again after reconnectFirst, then ever later up to
	// reconnectLast.
	reconnectFirst = 100 * time.Millisecond
	reconnectLast  = 5 * time.Second
)

// Watch tells changes until ctx ends, over a connection of its own. It always returns nil.
func (s *Store) Watch(ctx context.Context, notify func(referentials.Event)) error {
	wait := reconnectFirst
	for ctx.Err() == nil {
		began := time.Now()
		// Whatever ended it, the way on is to connect anew: the store is not closed for
		// being out of reach, and a quarrel about rights can be settled meanwhile.
		_ = s.listen(ctx, notify)
		if time.Since(began) > reconnectLast {
			wait = reconnectFirst
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, reconnectLast)
	}
	return nil
}

// listen tells changes until the connection or ctx ends.
func (s *Store) listen(ctx context.Context, notify func(referentials.Event)) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		conn.Close(closing)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	seen, err := fingerprint(ctx, conn)
	if err != nil {
		return err
	}
	notify(referentials.Event{})
	for {
		quiet, cancel := context.WithTimeout(ctx, checkEvery)
		n, err := conn.WaitForNotification(quiet)
		cancel()
		switch {
		case err == nil:
			notify(referentials.Event{Collection: n.Payload})
			seen = unseen
			continue
		case ctx.Err() != nil, !errors.Is(err, context.DeadlineExceeded):
			return err
		}
		now, err := fingerprint(ctx, conn)
		if err != nil {
			return err
		}
		if seen != unseen && now != seen {
			notify(referentials.Event{})
		}
		seen = now
	}
}

// unseen is no fingerprint: changes were told since the last one was taken.
const unseen = "?"

// fingerprint sums up the current versions and revisions of all collections.
func fingerprint(ctx context.Context, conn *pgx.Conn) (sum string, err error) {
	err = conn.QueryRow(ctx, `SELECT coalesce(md5(string_agg(v.collection || ' ' || v.id || ' ' || v.revision, ',' ORDER BY v.collection)), '')
		FROM socle_store.collection c JOIN socle_store.version v ON v.collection = c.id AND v.id = c.current`).Scan(&sum)
	return sum, err
}
