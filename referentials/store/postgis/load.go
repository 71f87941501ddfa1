package postgis

import (
	"context"
	"errors"
	"io"

	"github.com/jackc/pgx/v5"

	"socle/referentials"
)

var oneMoment = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

// Load calls read with one version and its rows, all seen at one moment.
func (s *Store) Load(ctx context.Context, id string, number int64, read func(referentials.State, referentials.Rows) error) error {
	if number < 0 {
		number = -1
	}
	// A version can be dropped between the look into the books and the hold on its table;
	// the books then know better.
	for range 10 {
		err := s.load(ctx, id, number, read)
		if !errors.Is(err, errVanished) {
			return err
		}
	}
	return referentials.Errorf(referentials.Conflict, "its versions change too fast to be read").At("collection %s", id).Do("try again")
}

var errVanished = errors.New("the table is gone")

func (s *Store) load(ctx context.Context, id string, number int64, read func(referentials.State, referentials.Rows) error) error {
	tx, err := s.pool.BeginTx(ctx, oneMoment)
	if err != nil {
		return explain(ctx, err, id)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()

	k, err := hold(ctx, tx, id, number)
	if err != nil {
		return explain(ctx, err, id)
	}
	var failure error
	err = read(k.State, func(yield func(*referentials.Row, error) bool) {
		if failure != nil {
			yield(nil, failure)
			return
		}
		err := copyOut(ctx, tx, k, func(r *referentials.Row) bool { return yield(r, nil) })
		if err != nil && !errors.Is(err, errStopped) {
			failure = explain(ctx, err, id)
			yield(nil, failure)
		}
	})
	return err
}

// hold finds a version and takes its table against being dropped. errVanished when it
// was, in between.
func hold(ctx context.Context, tx pgx.Tx, id string, number int64) (*kept, error) {
	k, err := version(ctx, tx, id, number)
	if err != nil {
		return nil, err
	}
	err = script(ctx, tx, "LOCK TABLE "+k.quoted()+" IN ACCESS SHARE MODE")
	if is(err, undefinedTable) {
		return nil, errVanished
	}
	return k, err
}

// copyOut streams a version's rows in their order. errStopped when yield asked for no more.
func copyOut(ctx context.Context, tx pgx.Tx, k *kept, yield func(*referentials.Row) bool) error {
	// The plan of all rows is one walk along the ordinals.
	if err := script(ctx, tx, "SET LOCAL max_parallel_workers_per_gather = 0", "SET LOCAL enable_sort = off"); err != nil {
		return err
	}
	dec := newDecoder(&k.Descriptor, yield)
	_, err := tx.Conn().PgConn().CopyTo(ctx, io.Writer(dec),
		"COPY (SELECT "+k.list(&k.Descriptor)+" FROM "+k.quoted()+" ORDER BY "+ordinalColumn+") TO STDOUT (FORMAT binary)")
	if err != nil {
		return err
	}
	return dec.finish()
}
