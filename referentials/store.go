package referentials

import (
	"context"
	"iter"
	"time"

	"socle/geo"
)

// Row is one feature: a value for each field of its descriptor, in order, and a geometry
// in the storage CRS (Type None when the collection or the feature has none).
type Row struct {
	Values []Value
	Geom   geo.Geometry
}

// Rows is a stream of rows. A row is valid until the next one is asked for; the first
// error ends the stream.
type Rows = iter.Seq2[*Row, error]

// Version is one published state of a collection.
type Version struct {
	Collection  string    `json:"collection"`
	ID          int64     `json:"id"`       // 1, 2, 3… in the order of publication
	Revision    int64     `json:"revision"` // edits committed to it since: the ETag's second half
	PublishedAt time.Time `json:"publishedAt"`
	Rows        int64     `json:"rows"`
	Source      string    `json:"source,omitempty"` // file names, or what made it
	Current     bool      `json:"current"`
}

// State is a version with the descriptor its rows follow.
type State struct {
	Descriptor Descriptor
	Version    Version
}

// Publication is what Replace publishes, beside the rows.
type Publication struct {
	Descriptor Descriptor
	Source     string
	Judge      func(now *Descriptor) error // of the version that is replaced, where there is one; nil: nothing is said against it
}

// Op is what a Change does.
type Op string

// The operations.
const (
	Upsert Op = "upsert" // insert, or replace the row of the same key
	Delete Op = "delete"
)

// Change is one edit of a current version.
type Change struct {
	Op  Op
	Key Value
	Row Row // of an Upsert: its key field equals Key
}

// Event says that something about a collection changed; an empty Collection says that
// anything may have (after a lost connection).
type Event struct{ Collection string }

// KeptVersions is how many versions of a collection a store keeps for rollback, the
// current one included.
const KeptVersions = 3

// Store keeps the versions of collections. It is the truth: it loads, replaces, applies
// changes and watches; it answers no query. Implementations live in store/postgis and
// store/gpkg and pass store/storetest. All methods may be called concurrently; errors
// carry a [Code].
type Store interface {
	// Collections gives the current state of every collection, sorted by id.
	Collections(ctx context.Context) ([]State, error)

	// Versions gives the kept versions of a collection, newest first. NotFound when
	// there is no such collection.
	Versions(ctx context.Context, id string) ([]State, error)

	// Load calls read with one version (0: the current one) and its rows, all seen at
	// one moment: the state's revision is the one the rows are of. Rows come in the
	// order they were first stored. NotFound when there is no such collection or version.
	Load(ctx context.Context, id string, version int64, read func(State, Rows) error) error

	// Replace publishes rows as the next version and makes it current, all or nothing:
	// after any error, or a crash, the version before is still current and whole. Rows
	// with a null or repeated key fail it (Conflict), as do rows that the descriptor's
	// CheckRow refuses; and it fails with what p.Judge says. Of the versions, the KeptVersions
	// newest are kept.
	Replace(ctx context.Context, p Publication, rows Rows) (Version, error)

	// Apply commits edits to the current version in their order, all or nothing, and gives
	// it with its new revision, one more than before. An upsert of a known key keeps the
	// row's place, one of a new key goes last; a delete of an absent key does nothing; no
	// changes at all leave the revision as it is.
	Apply(ctx context.Context, id string, changes []Change) (Version, error)

	// Changes gives the net edits of a version since a revision, one per key, and the
	// revision they lead to: deletes first, then upserts in the order of their rows. Gone
	// when the version is kept no longer, or the journal does not reach that far back or
	// never knew that revision: load the version again.
	Changes(ctx context.Context, id string, version, since int64) ([]Change, int64, error)

	// Rollback makes another kept version current (0: the one before the current).
	// NotFound when it is not kept. It fails with what judge says of the two; a nil judge
	// has nothing against it.
	Rollback(ctx context.Context, id string, to int64, judge func(now, next *Descriptor) error) (Version, error)

	// Drop removes a collection with all its versions.
	Drop(ctx context.Context, id string) error

	// Watch calls notify after every change to the store by any process, edits made in
	// plain SQL included, until ctx ends. It outlives lost connections: after one it
	// notifies an empty Event. It calls notify once with an empty Event when it is ready.
	Watch(ctx context.Context, notify func(Event)) error

	// Close frees the store. Nothing may be running on it.
	Close() error
}
