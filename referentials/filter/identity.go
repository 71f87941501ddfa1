package filter

import (
	"encoding/binary"
	"math"

	"socle/geo"
)

// AppendIdentity appends a form of n that no node with another meaning has, for caches.
// It is not for storage: it may change.
func (n *Node) AppendIdentity(dst []byte) []byte {
	dst = append(dst, byte(n.Kind), byte(n.Type))
	switch n.Kind {
	case Constant:
		dst = n.Value.AppendBinary(dst)
		dst = appendShape(dst, n.Shape)
	case Column:
		dst = binary.AppendUvarint(dst, uint64(n.Field))
	case Operator:
		dst = appendText(dst, n.Op)
	case Apply:
		dst = appendText(dst, n.Function.Name)
	}
	dst = appendText(dst, n.CRS.String())
	dst = binary.AppendUvarint(dst, uint64(len(n.Args)))
	for _, a := range n.Args {
		dst = a.AppendIdentity(dst)
	}
	return dst
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendShape(dst []byte, s *Shape) []byte {
	if s == nil {
		return append(dst, 0)
	}
	kind := byte(1)
	if s.Collection {
		kind = 2
	}
	dst = binary.AppendUvarint(append(dst, kind), uint64(len(s.Members)))
	for i := range s.Members {
		dst = appendGeometry(dst, &s.Members[i])
	}
	return dst
}

func appendGeometry(dst []byte, g *geo.Geometry) []byte {
	dst = append(dst, byte(g.Type))
	dst = binary.AppendUvarint(dst, uint64(len(g.XY)))
	for _, v := range g.XY {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
	}
	for _, ends := range [][]uint32{g.Ends, g.Parts} {
		dst = binary.AppendUvarint(dst, uint64(len(ends)))
		for _, e := range ends {
			dst = binary.AppendUvarint(dst, uint64(e))
		}
	}
	return dst
}
