package snapshot

import (
	"cmp"
	"encoding/hex"
	"hash/fnv"
	"io"
	"slices"
)

// Snapshot is what the store held at one moment: its collections, sorted by id. It is
// immutable and safe for concurrent use.
type Snapshot struct {
	collections []*Collection
	public      *Public
}

// newSnapshot takes over collections.
func newSnapshot(collections []*Collection) *Snapshot {
	slices.SortFunc(collections, func(a, b *Collection) int {
		return cmp.Compare(a.state.Descriptor.ID, b.state.Descriptor.ID)
	})
	return &Snapshot{collections: collections, public: newPublic(collections)}
}

// Collections gives all collections, sorted by id. Do not change the slice.
func (s *Snapshot) Collections() []*Collection { return s.collections }

// Collection gives the collection of an id.
func (s *Snapshot) Collection(id string) (*Collection, bool) {
	k, ok := slices.BinarySearchFunc(s.collections, id, func(c *Collection, id string) int {
		return cmp.Compare(c.state.Descriptor.ID, id)
	})
	if !ok {
		return nil, false
	}
	return s.collections[k], true
}

// Public gives what anyone may see.
func (s *Snapshot) Public() *Public { return s.public }

// with gives the snapshot in which c replaces the collection of its id, or joins.
func (s *Snapshot) with(c *Collection) *Snapshot {
	next := s.without(c.state.Descriptor.ID).collections
	return newSnapshot(append(next, c))
}

// without gives the snapshot that lacks a collection.
func (s *Snapshot) without(id string) *Snapshot {
	next := make([]*Collection, 0, len(s.collections)+1)
	for _, c := range s.collections {
		if c.state.Descriptor.ID != id {
			next = append(next, c)
		}
	}
	return newSnapshot(next)
}

// tagOf names a set of collections at their revisions.
func tagOf[C interface {
	Tag() string
}](ids func(C) string, collections []C) string {
	h := fnv.New128a()
	for _, c := range collections {
		// Writing to a hash never fails.
		_, _ = io.WriteString(h, ids(c)+"\x00"+c.Tag()+"\x00")
	}
	return hex.EncodeToString(h.Sum(nil))
}
