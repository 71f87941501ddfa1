// Package query answers what clients ask of a collection: which features, in which order,
// one page after another.
//
//	Query ─▶ Engine.Select ─▶ Selection: rows of one revision, in order ─▶ pages
//
// A [Query] is a conjunction of filters, whether a client wrote it as filter=, bbox=,
// datetime= or name=value, and an order. Its answer for one revision of a collection never
// changes, so the engine keeps answers in a bounded cache: the next page of a walk costs
// what its own features cost, and numberMatched is the length of the answer.
package query

import (
	"cmp"
	"context"
	"encoding/binary"
	"time"

	"github.com/maypok86/otter/v2"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/filter/eval"
	"socle/referentials/snapshot"
)

// Query asks for features. The zero Query is all of them in the order of the store.
type Query struct {
	Where []*filter.Node // all must be true
	Sort  []Key          // then the order of the store
}

// Key is a field to sort by. Nulls come last, whatever the direction.
type Key struct {
	Field      int
	Descending bool
}

// Selection is the answer to a query: rows of a collection in order.
type Selection struct {
	rows []uint32 // nil: all of them
	n    int
}

// Len counts the rows.
func (s *Selection) Len() int { return s.n }

// Row gives the number of row k of the selection.
func (s *Selection) Row(k int) int {
	if s.rows == nil {
		return k
	}
	return int(s.rows[k])
}

// Options tunes an Engine. The zero value of each is its default.
type Options struct {
	CacheBytes     uint64        // for answers: 64 MiB
	CursorLifetime time.Duration // how long a walk may pause on a revision that was replaced: 5 min
}

func (o *Options) setDefaults() {
	o.CacheBytes = cmp.Or(o.CacheBytes, 64<<20)
	o.CursorLifetime = cmp.Or(o.CursorLifetime, 5*time.Minute)
}

// Engine answers queries. It is safe for concurrent use.
type Engine struct {
	answers *otter.Cache[string, *Selection]
	systems *crs.Cache
	archive *archive
}

// New makes an Engine that brings shapes together with systems, which stays the caller's.
func New(o Options, systems *crs.Cache) (*Engine, error) {
	o.setDefaults()
	const overhead = 256 // of an entry, about
	answers, err := otter.New(&otter.Options[string, *Selection]{
		MaximumWeight: o.CacheBytes,
		Weigher:       func(key string, s *Selection) uint32 { return uint32(overhead + len(key) + 4*cap(s.rows)) },
	})
	if err != nil {
		return nil, referentials.Errorf(referentials.Internal, "the cache of answers: %w", err)
	}
	return &Engine{answers: answers, systems: systems, archive: newArchive(o.CursorLifetime)}, nil
}

// Close lets go of the revisions that walks are on.
func (e *Engine) Close() { e.archive.close() }

// Known gives the rows that a query asks for, if they are at hand.
func (e *Engine) Known(c *snapshot.PublicCollection, q *Query) (*Selection, bool) {
	if q.isEverything() {
		return &Selection{n: c.Len()}, true
	}
	return e.answers.GetIfPresent(q.keyOf(c))
}

// Select gives the rows that a query asks for. It works them out where they are not at hand,
// once for all who ask meanwhile, which may take processors and time: the caller bounds how
// often it does at once.
func (e *Engine) Select(ctx context.Context, c *snapshot.PublicCollection, q *Query) (*Selection, error) {
	if q.isEverything() {
		return &Selection{n: c.Len()}, nil
	}
	return e.answers.Get(ctx, q.keyOf(c), otter.LoaderFunc[string, *Selection](func(ctx context.Context, _ string) (*Selection, error) {
		return e.answer(ctx, c, q)
	}))
}

func (q *Query) isEverything() bool { return len(q.Where) == 0 && len(q.Sort) == 0 }

// keyOf names the answer for a revision.
func (q *Query) keyOf(c *snapshot.PublicCollection) string {
	return string(append(q.identity(nil), c.ID()+"\x00"+c.Tag()...))
}

// answer works a selection out.
func (e *Engine) answer(ctx context.Context, c *snapshot.PublicCollection, q *Query) (*Selection, error) {
	rows := []uint32{}
	if where := filter.And(q.Where...); where != nil {
		f, err := eval.Compile(where, c, e.systems)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if rows, err = f.Select(ctx, rows); err != nil {
			return nil, err
		}
	} else {
		rows = make([]uint32, c.Len())
		for i := range rows {
			rows[i] = uint32(i)
		}
	}
	if err := sortRows(ctx, c, rows, q.Sort); err != nil {
		return nil, err
	}
	return &Selection{rows: rows, n: len(rows)}, nil
}

// identity appends a form of the query that no other query has.
func (q *Query) identity(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(q.Where)))
	for _, n := range q.Where {
		dst = n.AppendIdentity(dst)
	}
	dst = binary.AppendUvarint(dst, uint64(len(q.Sort)))
	for _, k := range q.Sort {
		dst = binary.AppendUvarint(dst, uint64(k.Field))
		if k.Descending {
			dst = append(dst, 1)
		} else {
			dst = append(dst, 0)
		}
	}
	return dst
}
