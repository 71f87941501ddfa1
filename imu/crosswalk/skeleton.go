package crosswalk

import (
	"context"
	"io"

	"socle/referentials"
	"socle/referentials/snapshot"
)

var errNotYet = referentials.Errorf(referentials.Unsupported, "not built yet")

func (r *Request) check() error                                        { return nil }
func buildKey(ctx context.Context, r *Request) (*Matrix, error)        { return nil, errNotYet }
func buildPoint(ctx context.Context, r *Request) (*Matrix, error)      { return nil, errNotYet }
func buildArea(ctx context.Context, r *Request) (*Matrix, error)       { return nil, errNotYet }
func buildDasymetric(ctx context.Context, r *Request) (*Matrix, error) { return nil, errNotYet }

// Cache keeps matrices by what they were made of.
type Cache struct{}

// NewCache makes a cache of at most so many bytes.
func NewCache(bytes uint64) *Cache { return &Cache{} }

// Get gives the matrix of a request, built once.
func (c *Cache) Get(ctx context.Context, r Request) (*Matrix, error) { return Build(ctx, r) }

// WriteCSV writes the pairs as source key, cell key, weight.
func (m *Matrix) WriteCSV(ctx context.Context, w io.Writer, source, mesh *snapshot.Collection) error {
	return errNotYet
}
