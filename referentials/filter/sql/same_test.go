package sql

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/filter/cql2"
	"socle/referentials/filter/eval"
	"socle/referentials/snapshot"
)

const (
	batchCases = 200  // filters of one query
	tableCases = 5000 // filters of one table of rows
	tableRows  = 300
)

// environment gives a number that a variable may set.
func environment(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestSameRows makes random rows and random filters and compares what PostGIS selects with
// what the evaluator over memory does. SOCLE_CASES tells how many filters (3,000),
// SOCLE_SEED repeats a run.
func TestSameRows(t *testing.T) {
	seed := environment(t, "SOCLE_SEED", uint64(time.Now().UnixNano()))
	cases := int(environment(t, "SOCLE_CASES", 3000))
	t.Logf("SOCLE_SEED=%d SOCLE_CASES=%d", seed, cases)
	store, conn := open(t)
	s := &sides{t: t, conn: conn, r: random{Rand: rand.New(rand.NewPCG(seed, 0)), t: t}}
	defer s.systems.Close()
	for done := 0; done < cases; done += batchCases {
		if done%tableCases == 0 {
			s.settle(store)
		}
		s.compare(min(batchCases, cases-done))
		if s.differences >= 10 {
			t.Fatal("there may be more differences")
		}
	}
	t.Logf("%d filters, of which %d select some rows and not all", cases, s.telling)
	if s.telling*4 < cases {
		t.Errorf("only %d of %d filters tell rows apart", s.telling, cases)
	}
}

// sides are the two that must agree.
type sides struct {
	t           *testing.T
	conn        *pgx.Conn
	r           random
	systems     crs.Cache
	descriptor  *referentials.Descriptor
	rows        []referentials.Row
	table       *snapshot.PublicCollection
	telling     int
	differences int
}

// settle publishes new rows and loads them in memory.
func (s *sides) settle(store referentials.Store) {
	s.t.Helper()
	ctx := context.Background()
	s.descriptor = everyField()
	s.rows = s.r.rows(s.descriptor, tableRows)
	replace(s.t, store, s.descriptor, s.rows)
	// Edits in SQL can store what no version holds.
	for _, set := range []string{"n1 = 'NaN'", "n2 = '-Infinity'", "d1 = 'infinity'", "t1 = '-infinity'", "geom = 'SRID=2154;POLYGON EMPTY'"} {
		if _, err := s.conn.Exec(ctx, "UPDATE "+view(s.descriptor)+" SET "+set+" WHERE id % 97 = $1", s.r.IntN(97)); err != nil {
			s.t.Fatal(err)
		}
	}
	keeper := snapshot.New(store, snapshot.Options{})
	if err := keeper.Load(ctx); err != nil {
		s.t.Fatal(err)
	}
	table, ok := keeper.Current().Public().Collection(s.descriptor.ID)
	if !ok || table.Len() != len(s.rows) {
		s.t.Fatal("the rows were not loaded")
	}
	s.table = table
}

// filterCase is one filter on its way.
type filterCase struct {
	expr filter.Expr
	node *filter.Node
	crs  crs.CRS
}

func (c *filterCase) String() string {
	return c.crs.String() + " " + string(cql2.AppendText(nil, c.expr))
}

// draw makes filters until one can be bound.
func (s *sides) draw() *filterCase {
	s.t.Helper()
	for range 1000 {
		c := &filterCase{crs: s.descriptor.CRS}
		r := s.r
		if r.chance(12) {
			c.crs = pick(r, crs.CRS84, crs.EPSG(4326), crs.EPSG(3857), crs.EPSG(3948))
			way, err := s.systems.Between(s.descriptor.CRS, c.crs)
			if err != nil {
				s.t.Fatal(err)
			}
			r.abroad = way
		}
		c.expr = r.condition(3)
		if s.bind(c) == nil {
			return c
		}
	}
	s.t.Fatal("no filter can be bound")
	return nil
}

func (s *sides) bind(c *filterCase) (err error) {
	c.node, err = filter.Bind(c.expr, filter.Schema{Descriptor: s.descriptor, CRS: c.crs, Systems: &s.systems})
	var e *referentials.Error
	if errors.As(err, &e) && e.Code == referentials.Internal {
		s.t.Fatalf("%s: %v", c, err)
	}
	return err
}

func (s *sides) compare(n int) {
	s.t.Helper()
	list := make([]*filterCase, n)
	for i := range list {
		list[i] = s.draw()
	}
	stored, err := s.inPostGIS(list)
	for i, c := range list {
		if err != nil { // one of them; ask each alone to know which
			one, err := s.inPostGIS(list[i : i+1])
			if err != nil {
				s.differ(c, "PostGIS: %v", err)
				continue
			}
			stored = append(stored[:i:i], one...)
		}
		kept, err := s.inMemory(c)
		if err != nil {
			s.differ(c, "in memory: %v", err)
			continue
		}
		if len(kept) > 0 && len(kept) < len(s.rows) {
			s.telling++
		}
		if !slices.Equal(kept, stored[i]) {
			s.explain(c, kept, stored[i])
		} else if i == 0 {
			s.asked(c, kept)
		}
	}
}

// inPostGIS gives the keys of the rows that each filter selects, in order.
func (s *sides) inPostGIS(list []*filterCase) ([][]int64, error) {
	var query strings.Builder
	var args []any
	for i, c := range list {
		where, more, err := Where(c.node, tableOf(s.descriptor), len(args)+1)
		if err != nil {
			return nil, err
		}
		query.WriteString(", "[:min(2, 2*i)])
		query.WriteString("coalesce(array_agg(id ORDER BY id) FILTER (WHERE " + where + "), '{}')")
		args = append(args, more...)
	}
	if s.conn.IsClosed() {
		s.conn = connect(s.t, s.conn.Config().ConnString())
	}
	keys := make([][]int64, len(list))
	targets := make([]any, len(list))
	for i := range keys {
		targets[i] = &keys[i]
	}
	err := s.conn.QueryRow(context.Background(), "SELECT "+query.String()+" FROM "+view(s.descriptor), args...).Scan(targets...)
	return keys, err
}

// asked compares what a query with the filter as its WHERE gives, by indexes wherever
// there are any.
func (s *sides) asked(c *filterCase, kept []int64) {
	s.t.Helper()
	where, args, err := Where(c.node, tableOf(s.descriptor), 1)
	if err != nil {
		s.t.Fatal(err)
	}
	got := column[int64](s.t, s.conn, "SELECT id FROM "+view(s.descriptor)+" WHERE "+where+" ORDER BY id", args...)
	if !slices.Equal(got, kept) {
		s.differ(c, "as a WHERE it selects %v, want %v", got, kept)
	}
}

func (s *sides) inMemory(c *filterCase) ([]int64, error) {
	f, err := eval.Compile(c.node, s.table, &s.systems)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := f.Select(context.Background(), nil)
	keys := make([]int64, len(rows))
	for i, row := range rows {
		keys[i] = s.table.Value(int(row), 0).Int()
	}
	slices.Sort(keys)
	return keys, err
}

func (s *sides) differ(c *filterCase, format string, args ...any) {
	s.t.Helper()
	s.differences++
	s.t.Errorf("%s\n%s", c, fmt.Sprintf(format, args...))
}

// explain reports a difference by the smallest piece of the filter that has one.
func (s *sides) explain(c *filterCase, kept, stored []int64) {
	s.t.Helper()
	if piece, k, p := s.smaller(c); piece != nil {
		s.explain(piece, k, p)
		return
	}
	where, args, _ := Where(c.node, tableOf(s.descriptor), 1)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q\n", where, args)
	for name, of := range map[string][2][]int64{"in memory alone": {kept, stored}, "in PostGIS alone": {stored, kept}} {
		shown := 0
		for _, key := range of[0] {
			if _, both := slices.BinarySearchFunc(of[1], key, cmp.Compare[int64]); !both {
				if shown++; shown > 3 {
					fmt.Fprintf(&b, "%s: and more\n", name)
					break
				}
				fmt.Fprintf(&b, "%s: %s\n", name, show(s.descriptor, &s.rows[key]))
			}
		}
	}
	s.differ(c, "%s", b.String())
}

// smaller finds a condition within c over which the sides differ as well.
func (s *sides) smaller(c *filterCase) (piece *filterCase, kept, stored []int64) {
	e, ok := c.expr.(*filter.Call)
	if !ok {
		return nil, nil, nil
	}
	for _, arg := range e.Args {
		candidates := []filter.Expr{arg}
		switch e.Op {
		case "isNull":
		case "not":
			candidates = append(candidates, call("isNull", arg))
		default:
			candidates = append(candidates, call("not", arg), call("isNull", arg))
		}
		for _, expr := range candidates {
			p := &filterCase{expr: expr, crs: c.crs}
			if s.bind(p) != nil {
				continue
			}
			k, err := s.inMemory(p)
			if err != nil {
				continue
			}
			if have, err := s.inPostGIS([]*filterCase{p}); err == nil && !slices.Equal(k, have[0]) {
				return p, k, have[0]
			}
		}
	}
	return nil, nil, nil
}
