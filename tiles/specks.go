package tiles

// specks remembers which cells of the coarse grid already show a polygon that is too small
// to be drawn as it is. From afar a town is then a grain, one cell for all the buildings
// in it, and not nothing.
type specks struct {
	met  bool // by the feature at work
	x, y int64

	taken []uint64 // bit set of cells, row by row; cleared when first needed in a layer
	side  int      // cells in a row
}

// meet notes where the first speck of a feature is.
func (s *specks) meet(x, y int64) {
	if !s.met {
		s.met, s.x, s.y = true, x, y
	}
}

// take tells whether a cell was free, and takes it.
func (s *specks) take(column, row, side int) bool {
	if s.side != side {
		s.side = side
		s.taken = append(s.taken[:0], make([]uint64, (side*side+63)/64)...)
	}
	at := row*side + column
	word, bit := &s.taken[at/64], uint64(1)<<(at%64)
	free := *word&bit == 0
	*word |= bit
	return free
}

// isSpeck tells whether a ring is a single cell of the coarse grid or less: what would be
// drawn of it depends on where its corners happen to round to.
func (p *pen) isSpeck(b *box) bool {
	cell := int64(1) << p.coarse
	return p.coarse > 0 && b.maxX-b.minX <= cell && b.maxY-b.minY <= cell
}

// drawSpeck draws a feature of which only specks were met as the cell of the first of
// them, unless that cell is taken.
func (p *pen) drawSpeck() {
	s := &p.specks
	cell := int64(1) << p.coarse
	x, y := s.x, s.y
	if !s.met || x < p.box.minX || y < p.box.minY || x+cell > p.box.maxX || y+cell > p.box.maxY {
		return
	}
	side := int(p.box.maxX-p.box.minX)>>p.coarse + 1
	if s.take(int(x-p.box.minX)>>p.coarse, int(y-p.box.minY)>>p.coarse, side) {
		p.path = p.narrow([]int64{x, y, x + cell, y, x + cell, y + cell, x, y + cell})
		p.encoder.AddRing(p.path, false)
	}
}
