package mvt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Layer is a layer as [Decode] reads it.
type Layer struct {
	Name     string
	Extent   uint32
	Features []Feature
}

// Feature is a feature as [Decode] reads it.
type Feature struct {
	ID    uint64
	HasID bool
	Type  GeomType
	Tags  []Tag
	// Paths are flat x, y pairs: one path of all points, one per line, one per ring. Rings
	// are open, and shells are those whose [DoubleArea] is positive.
	Paths [][]int32
}

// Tag is a value of a feature: a string, float64, int64, uint64 or bool.
type Tag struct {
	Key   string
	Value any
}

// Decode reads a tile and refuses what the specification forbids, where other readers
// make do: it tells whether a tile is right. Floats are read as doubles.
func Decode(tile []byte) ([]Layer, error) {
	var layers []Layer
	names := map[string]bool{}
	err := fields(tile, func(f field) error {
		if f.number != 3 {
			return nil // an extension
		}
		layer, err := decodeLayer(f.bytes)
		if err != nil {
			return fmt.Errorf("layer %d: %w", len(layers), err)
		}
		if names[layer.Name] {
			return fmt.Errorf("two layers are named %q", layer.Name)
		}
		names[layer.Name] = true
		layers = append(layers, layer)
		return nil
	})
	return layers, err
}

// field is one field of a protobuf message.
type field struct {
	number uint64
	value  uint64 // of a varint or a fixed number
	bytes  []byte
}

var errTruncated = errors.New("the message ends too early")

// fields walks through a message.
func fields(b []byte, do func(field) error) error {
	for len(b) > 0 {
		head, n := binary.Uvarint(b)
		if n <= 0 {
			return errTruncated
		}
		b = b[n:]
		f := field{number: head >> 3}
		switch head & 7 {
		case wireVarint:
			if f.value, n = binary.Uvarint(b); n <= 0 {
				return errTruncated
			}
		case wireFixed64:
			if n = 8; len(b) < n {
				return errTruncated
			}
			f.value = binary.LittleEndian.Uint64(b)
		case wireFixed32:
			if n = 4; len(b) < n {
				return errTruncated
			}
			f.value = uint64(binary.LittleEndian.Uint32(b))
		case wireBytes:
			size, head := binary.Uvarint(b)
			if head <= 0 || size > uint64(len(b)-head) {
				return errTruncated
			}
			f.bytes, n = b[head:head+int(size)], head+int(size)
		default:
			return fmt.Errorf("wire type %d is not known", head&7)
		}
		b = b[n:]
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

func decodeLayer(b []byte) (Layer, error) {
	layer := Layer{Extent: Extent}
	var keys []string
	var values []any
	var features [][]byte
	version, named := uint64(1), false
	known, seen := map[string]bool{}, map[any]bool{}
	err := fields(b, func(f field) error {
		switch f.number {
		case layerVersion >> 3:
			version = f.value
		case layerName >> 3:
			layer.Name, named = string(f.bytes), true
		case layerFeatures >> 3:
			features = append(features, f.bytes)
		case layerKeys >> 3:
			key := string(f.bytes)
			if known[key] {
				return fmt.Errorf("key %q is there twice", key)
			}
			known[key] = true
			keys = append(keys, key)
		case layerValues >> 3:
			v, err := decodeValue(f.bytes)
			if err != nil {
				return err
			}
			if seen[v] {
				return fmt.Errorf("value %v is there twice", v)
			}
			seen[v] = true
			values = append(values, v)
		case layerExtent >> 3:
			layer.Extent = uint32(f.value)
		}
		return nil
	})
	switch {
	case err != nil:
		return layer, err
	case version != specVersion:
		return layer, fmt.Errorf("it is of version %d", version)
	case !named:
		return layer, errors.New("it has no name")
	case len(features) == 0:
		return layer, errors.New("it has no feature")
	}
	for i, b := range features {
		f, err := decodeFeature(b, keys, values)
		if err != nil {
			return layer, fmt.Errorf("feature %d: %w", i, err)
		}
		layer.Features = append(layer.Features, f)
	}
	return layer, nil
}

func decodeValue(b []byte) (v any, err error) {
	err = fields(b, func(f field) error {
		if v != nil {
			return errors.New("a value has two types")
		}
		switch f.number {
		case valueString >> 3:
			v = string(f.bytes)
		case valueFloat >> 3:
			v = float64(math.Float32frombits(uint32(f.value)))
		case valueDouble >> 3:
			v = math.Float64frombits(f.value)
		case valueInt >> 3:
			v = int64(f.value)
		case valueUint >> 3:
			v = f.value
		case valueSint >> 3:
			v = int64(f.value>>1) ^ -int64(f.value&1)
		case valueBool >> 3:
			v = f.value != 0
		}
		return nil
	})
	if err == nil && v == nil {
		err = errors.New("a value has no type")
	}
	return v, err
}

func decodeFeature(b []byte, keys []string, values []any) (Feature, error) {
	var out Feature
	var tags, commands []uint64
	err := fields(b, func(f field) (err error) {
		switch f.number {
		case featureID >> 3:
			out.ID, out.HasID = f.value, true
		case featureTags >> 3:
			tags, err = unpack(f.bytes)
		case featureType >> 3:
			if f.value < uint64(Point) || f.value > uint64(Polygon) {
				return fmt.Errorf("geometry type %d is not known", f.value)
			}
			out.Type = GeomType(f.value)
		case featureGeometry >> 3:
			commands, err = unpack(f.bytes)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	if len(tags)%2 != 0 {
		return out, errors.New("a key has no value")
	}
	used := map[uint64]bool{}
	for i := 0; i < len(tags); i += 2 {
		k, v := tags[i], tags[i+1]
		if k >= uint64(len(keys)) || v >= uint64(len(values)) {
			return out, errors.New("a tag points beyond the tables")
		}
		if used[k] {
			return out, fmt.Errorf("it has two values of %q", keys[k])
		}
		used[k] = true
		out.Tags = append(out.Tags, Tag{keys[k], values[v]})
	}
	out.Paths, err = decodeGeometry(out.Type, commands)
	return out, err
}

func unpack(b []byte) ([]uint64, error) {
	var out []uint64
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > math.MaxUint32 {
			return nil, errors.New("a packed number is broken")
		}
		out, b = append(out, v), b[n:]
	}
	return out, nil
}
