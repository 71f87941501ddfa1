package eval

// scratch lends the columns that machines need for the time of one batch, so that a filter
// holds as many as it is deep.
type scratch struct {
	rows    pool[uint32]
	truths  pool[truth]
	flags   pool[bool]
	ints    pool[int64]
	floats  pool[float64]
	strings pool[string]
	sets    pool[elements]
}

// pool is a stack of columns of batchRows cells.
type pool[T any] struct{ free [][]T }

func (p *pool[T]) get() []T {
	n := len(p.free)
	if n == 0 {
		return make([]T, batchRows)
	}
	column := p.free[n-1]
	p.free = p.free[:n-1]
	return column
}

func (p *pool[T]) put(column []T) { p.free = append(p.free, column) }
