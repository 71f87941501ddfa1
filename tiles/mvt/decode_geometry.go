package mvt

import (
	"errors"
	"fmt"
)

// commandReader walks through the commands of a feature with its cursor.
type commandReader struct {
	commands []uint64
	x, y     int32
}

// next reads a command and checks that its steps are there.
func (r *commandReader) next() (id, count int, err error) {
	if len(r.commands) == 0 {
		return 0, 0, errors.New("the geometry ends too early")
	}
	id, count = int(r.commands[0]&7), int(r.commands[0]>>3)
	r.commands = r.commands[1:]
	if id != closePath && 2*count > len(r.commands) {
		return 0, 0, errors.New("the geometry has fewer steps than it says")
	}
	return id, count, nil
}

// expect reads a command that must be that one, with at least so many steps.
func (r *commandReader) expect(want, least, most int) (int, error) {
	id, count, err := r.next()
	if err == nil && (id != want || count < least || count > most) {
		err = fmt.Errorf("command %d with count %d is not allowed here", id, count)
	}
	return count, err
}

// steps reads vertices onto path, none equal to the one before unless it is a point.
func (r *commandReader) steps(path []int32, count int, moved bool) ([]int32, error) {
	for range count {
		dx, dy := unzigzag(r.commands[0]), unzigzag(r.commands[1])
		if moved && dx == 0 && dy == 0 {
			return nil, errors.New("a segment has no length")
		}
		r.commands = r.commands[2:]
		r.x, r.y = r.x+dx, r.y+dy
		path = append(path, r.x, r.y)
	}
	return path, nil
}

func unzigzag(v uint64) int32 { return int32(uint32(v)>>1) ^ -int32(v&1) }

const anyCount = 1 << 29

func decodeGeometry(t GeomType, commands []uint64) ([][]int32, error) {
	r := commandReader{commands: commands}
	switch t {
	case Point:
		n, err := r.expect(moveTo, 1, anyCount)
		if err != nil {
			return nil, err
		}
		path, err := r.steps(nil, n, false)
		if err == nil && len(r.commands) > 0 {
			err = errors.New("points are followed by something else")
		}
		return [][]int32{path}, err
	case LineString:
		return r.paths(func() ([]int32, error) { return r.path(1) })
	case Polygon:
		shells := 0
		return r.paths(func() ([]int32, error) {
			ring, err := r.path(2)
			if err != nil {
				return nil, err
			}
			if _, err := r.expect(closePath, 1, 1); err != nil {
				return nil, err
			}
			n := len(ring)
			if ring[0] == ring[n-2] && ring[1] == ring[n-1] {
				return nil, errors.New("a ring repeats its first vertex before it is closed")
			}
			switch area := DoubleArea(ring); {
			case area == 0:
				return nil, errors.New("a ring has no area")
			case area > 0:
				shells++
			case shells == 0:
				return nil, errors.New("a hole comes before its shell")
			}
			return ring, nil
		})
	}
	return nil, errors.New("it has no geometry type")
}

// paths reads one path after the other to the end of the commands.
func (r *commandReader) paths(read func() ([]int32, error)) (out [][]int32, err error) {
	for more := true; more; more = len(r.commands) > 0 {
		path, err := read()
		if err != nil {
			return nil, err
		}
		out = append(out, path)
	}
	return out, nil
}

// path reads a MoveTo and a LineTo of at least so many steps.
func (r *commandReader) path(least int) ([]int32, error) {
	if _, err := r.expect(moveTo, 1, 1); err != nil {
		return nil, err
	}
	path, err := r.steps(nil, 1, false)
	if err != nil {
		return nil, err
	}
	n, err := r.expect(lineTo, least, anyCount)
	if err != nil {
		return nil, err
	}
	return r.steps(path, n, true)
}
