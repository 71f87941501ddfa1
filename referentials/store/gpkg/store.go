// Package gpkg keeps the versions of collections in one GeoPackage file.
//
// The current version of a collection is an ordinary layer (or attribute table) named by
// its id: QGIS, GDAL and any SQLite client read it, and may edit it. Earlier versions lie
// in tables socle_v<n> that clients are not shown, the rest in
//
//	socle_collections  id ─▶ its table, its current version
//	socle_versions     number (n), collection, version, revision, descriptor, layout
//	socle_journal      the keys of the rows that edits touched, by version and revision
//
// Triggers on the current layer write the journal in plain SQL, so that every client's
// edits are recorded. SQLite has no trigger on commit: an [Store.Apply] is one revision,
// a transaction of another client is one revision for each row it touches.
//
// The file is in WAL mode with full synchronisation. A Replace is one transaction:
// readers in this and other processes keep the version before until it commits, and find
// it whole after a crash. Close folds the WAL into the file, which can then be copied
// alone.
package gpkg

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"socle/referentials"
	"socle/referentials/gpkgfile"
	"socle/referentials/sqlite"
)

// DefaultJournal is how many edited rows of a version the journal keeps when [Journal]
// does not say.
const DefaultJournal = 100_000

// Bounds and waits.
const (
	maxReaders   = 8 // loads that run at a time
	lockPatience = 15 * time.Second
	lockRetry    = 20 * time.Millisecond
	readPatience = 5 * time.Second
)

// Option changes how a store is opened.
type Option func(*Store)

// Journal bounds the journal to that many edited rows for each version.
func Journal(rows int) Option { return func(s *Store) { s.journal = int64(rows) } }

// LockPatience sets how long a write waits for another program that is writing.
func LockPatience(d time.Duration) Option { return func(s *Store) { s.patience = d } }

// Store is a GeoPackage file. It implements [referentials.Store].
type Store struct {
	path     string
	file     os.FileInfo // which file that was when it was opened
	journal  int64
	patience time.Duration
	sync     string // SQLite's synchronous mode: FULL, but in tests of other things

	writing chan *sqlite.Conn // holds the one connection that writes
	readers *pool
	counts  counts

	mu       sync.Mutex
	watchers map[chan struct{}]bool
}

var _ referentials.Store = (*Store)(nil)

// Open opens the store in a file, which it makes with its folder when there is none. A
// GeoPackage made by other software is taken as it is: its layers stay beside ours.
func Open(ctx context.Context, path string, options ...Option) (*Store, error) {
	s := &Store{
		path: path, journal: DefaultJournal, patience: lockPatience, sync: "FULL",
		writing: make(chan *sqlite.Conn, 1), watchers: make(map[chan struct{}]bool),
	}
	for _, o := range options {
		o(s)
	}
	s.readers = newPool(maxReaders, s.openReader)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, referentials.Errorf(referentials.Unavailable, "its folder cannot be made: %w", err).At("%s", path)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, referentials.Errorf(referentials.Invalid, "this is a folder, not a GeoPackage file").At("%s", path)
	}
	c, err := s.openWriter(ctx)
	if err == nil {
		s.file, err = os.Stat(path)
	}
	if err != nil {
		return nil, s.explain(ctx, err)
	}
	s.writing <- c
	return s, nil
}

// inPlace tells whether the file that was opened still bears its name. One that was removed
// can be read, and written, to no end: nobody else sees it.
func (s *Store) inPlace() error {
	what := "another file was put in the place of the one that was opened"
	switch info, err := os.Stat(s.path); {
	case errors.Is(err, fs.ErrNotExist):
		what = "the file was removed"
	case err != nil:
		what = "the file is out of reach: " + err.Error()
	case os.SameFile(info, s.file):
		return nil
	}
	return referentials.Errorf(referentials.Unavailable, "%s", what).
		At("%s", s.path).Do("put it back, or start again; exchange a store only while no program has it open")
}

func (s *Store) openWriter(ctx context.Context) (*sqlite.Conn, error) {
	c, err := sqlite.Open(s.path, sqlite.Create)
	if err != nil {
		return nil, err
	}
	if err := s.prepareWriter(ctx, c); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (s *Store) prepareWriter(ctx context.Context, c *sqlite.Conn) error {
	c.SetBusyTimeout(s.patience)
	release := c.Guard(ctx)
	defer release()
	if err := s.prepareFile(ctx, c); err != nil {
		return err
	}
	if err := gpkgfile.AddFunctions(c); err != nil {
		return err
	}
	// Renaming a table must leave alone the views and triggers of other software that
	// speak of it: they mean the current version, whichever it is.
	return c.Script(`PRAGMA legacy_alter_table = ON; PRAGMA cache_size = -65536;
		PRAGMA journal_size_limit = 67108864`)
}

// prepareFile checks the file, puts it into WAL mode and makes our tables in it.
func (s *Store) prepareFile(ctx context.Context, c *sqlite.Conn) error {
	empty, err := s.checkFile(c)
	if err != nil {
		return err
	}
	if c.IsReadOnly() {
		return referentials.Errorf(referentials.Unavailable, "the file is read-only").
			At("%s", s.path).Do("give the right to write it and its folder, or name another file")
	}
	if empty {
		if err := gpkgfile.Mark(c); err != nil {
			return err
		}
	}
	mode, err := c.Text("PRAGMA journal_mode = WAL")
	if err != nil {
		return err
	}
	if mode != "wal" {
		return referentials.Errorf(referentials.Unavailable, "the file system does not carry a write-ahead log (journal mode %s)", mode).
			At("%s", s.path).Do("keep the file on a local disk")
	}
	if err := c.Script("PRAGMA synchronous = " + s.sync); err != nil {
		return err
	}
	made, err := c.Int("SELECT count(*) FROM sqlite_master WHERE name = 'socle_versions'")
	if err != nil {
		return err
	}
	if made > 0 {
		return s.trimJournals(ctx, c)
	}
	return s.transaction(ctx, c, func() error {
		// Another process may have come first.
		tables, err := c.Int("SELECT count(*) FROM sqlite_master")
		if err != nil {
			return err
		}
		if tables == 0 {
			if err := gpkgfile.Init(c); err != nil {
				return err
			}
		}
		return makeTables(c)
	})
}

// checkFile tells an empty file from a GeoPackage, and refuses others.
func (s *Store) checkFile(c *sqlite.Conn) (empty bool, err error) {
	tables, err := c.Int("SELECT count(*) FROM sqlite_master")
	if err != nil || tables == 0 {
		return true, err
	}
	is, err := gpkgfile.Is(c)
	if err == nil && !is {
		err = referentials.Errorf(referentials.Invalid, "the file is an SQLite database, but not a GeoPackage").
			At("%s", s.path).Do("name a GeoPackage, or a file that is not there yet")
	}
	return false, err
}

func (s *Store) openReader() (*sqlite.Conn, error) {
	c, err := sqlite.Open(s.path, sqlite.ReadWrite) // a WAL reader writes to the shared index
	if err != nil {
		return nil, err
	}
	c.SetBusyTimeout(readPatience)
	if err := c.Script("PRAGMA query_only = ON; PRAGMA cache_size = -16384"); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close folds the write-ahead log into the file and closes it.
func (s *Store) Close() error {
	c, open := <-s.writing
	if !open {
		return nil
	}
	close(s.writing)
	err := s.readers.close()
	// Other processes may hold the log open: what they keep from folding, they fold.
	c.SetBusyTimeout(0)
	checkpoint := c.Query("PRAGMA wal_checkpoint(TRUNCATE)", nil)
	var failure *sqlite.Error
	if errors.As(checkpoint, &failure) && failure.Primary() == sqlite.Busy {
		checkpoint = nil
	}
	if err := errors.Join(err, checkpoint, c.Close()); err != nil {
		return s.explain(context.Background(), err)
	}
	return nil
}

// write runs work in a transaction that may change the file, alone in this process.
func (s *Store) write(ctx context.Context, work func(c *sqlite.Conn) error) error {
	var c *sqlite.Conn
	select {
	case <-ctx.Done():
		return ctx.Err()
	case got, open := <-s.writing:
		if !open {
			return errClosed(s.path)
		}
		c = got
	}
	defer func() { s.writing <- c }()
	err := s.transaction(ctx, c, func() error {
		if err := s.inPlace(); err != nil {
			return err
		}
		if err := work(c); err != nil {
			return err
		}
		return s.inPlace()
	})
	if err != nil {
		return s.explain(ctx, err)
	}
	s.poke()
	return nil
}

// transaction begins when no other program writes, commits what work did, and takes it
// back when it fails.
func (s *Store) transaction(ctx context.Context, c *sqlite.Conn, work func() error) (err error) {
	if err := s.begin(ctx, c); err != nil {
		return err
	}
	defer func() {
		if c.InTransaction() {
			err = errors.Join(err, c.Exec("ROLLBACK"))
		}
	}()
	release := c.Guard(ctx)
	err = work()
	release()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	return c.Exec("COMMIT")
}

func (s *Store) begin(ctx context.Context, c *sqlite.Conn) error {
	deadline := time.Now().Add(s.patience)
	c.SetBusyTimeout(0)
	defer c.SetBusyTimeout(s.patience)
	for {
		err := ctx.Err()
		if err == nil {
			err = c.Exec("BEGIN IMMEDIATE")
		}
		var failure *sqlite.Error
		if !errors.As(err, &failure) || failure.Primary() != sqlite.Busy || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(lockRetry):
		}
	}
}

// read runs work in a transaction that sees one moment of the file.
func (s *Store) read(ctx context.Context, work func(c *sqlite.Conn) error) error {
	if err := s.inPlace(); err != nil {
		return err
	}
	c, err := s.readers.get(ctx)
	if err != nil {
		return s.explain(ctx, err)
	}
	release := c.Guard(ctx)
	if err = c.Exec("BEGIN"); err == nil {
		err = work(c)
	}
	release()
	if c.InTransaction() {
		err = errors.Join(err, c.Exec("ROLLBACK"))
	}
	s.readers.put(c)
	if err != nil {
		return s.explain(ctx, err)
	}
	return nil
}
