package crs

import "sync"

// Cache keeps the transformers between systems, each made when it is first needed. It is
// as large as the pairs it is asked for: ask only for systems that are offered. The zero
// Cache is ready; it is safe for concurrent use.
type Cache struct {
	mu    sync.Mutex
	known map[[2]CRS]*Transformer
}

// Between gives the transformer from one system to another. It belongs to the cache: do
// not close it.
func (c *Cache) Between(from, to CRS) (*Transformer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	pair := [2]CRS{from, to}
	if t := c.known[pair]; t != nil {
		return t, nil
	}
	t, err := NewTransformer(from, to)
	if err != nil {
		return nil, err
	}
	if c.known == nil {
		c.known = map[[2]CRS]*Transformer{}
	}
	c.known[pair] = t
	return t, nil
}

// Close frees every transformer, waiting for those at work.
func (c *Cache) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.known {
		t.Close()
	}
	c.known = nil
}
