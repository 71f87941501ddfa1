package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"socle/referentials"
)

// readValue takes a value of an input out of what an execute request may wrap it in:
//
//	5, "text", [1,2]              as they are
//	{"value": …, "mediaType": …}  which objects must be
//	{"href": …}                   refused: the server fetches nothing for its clients
//
// and holds it to the schema of the input.
func readValue(schema object, raw json.RawMessage) (json.RawMessage, error) {
	raw = bytes.TrimSpace(raw)
	whole := checkValue(schema, raw)
	var members map[string]json.RawMessage
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &members) != nil {
		return raw, whole
	}
	value, wrapped := members["value"]
	switch {
	case wrapped:
		// An object may have a member of that name of its own.
		err := checkValue(schema, value)
		if err != nil && whole == nil {
			return raw, nil
		}
		return value, err
	case whole != nil && members["href"] != nil:
		return nil, referentials.Errorf(referentials.Invalid, "values are not fetched from elsewhere").Do("give the value itself")
	}
	return raw, whole
}

// checkValue tells what is wrong with a value by the part of JSON Schema that descriptions
// of processes use.
func checkValue(schema object, raw json.RawMessage) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return referentials.Errorf(referentials.Invalid, "it is not JSON")
	}
	return checkAny(schema, v)
}

func checkAny(schema object, v any) error {
	if all, ok := schema["allOf"].([]object); ok {
		for _, s := range all {
			if err := checkAny(s, v); err != nil {
				return err
			}
		}
	}
	if some, ok := schema["oneOf"].([]object); ok {
		var first error
		for _, s := range some {
			err := checkAny(s, v)
			if err == nil {
				return nil
			}
			if first == nil {
				first = err
			}
		}
		return first
	}
	if kind, ok := schema["type"].(string); ok && !isOfType(kind, v) {
		return referentials.Errorf(referentials.Invalid, "it is not of the type %s", kind)
	}
	switch v := v.(type) {
	case string:
		return checkText(schema, v)
	case json.Number:
		return checkNumber(schema, v)
	case []any:
		return checkList(schema, v)
	case map[string]any:
		return checkMembers(schema, v)
	}
	return nil
}

func isOfType(kind string, v any) bool {
	switch v := v.(type) {
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case json.Number:
		if kind == "number" {
			return true
		}
		_, err := v.Int64()
		return kind == "integer" && err == nil
	case []any:
		return kind == "array"
	case map[string]any:
		return kind == "object"
	}
	return false
}

func checkText(schema object, v string) error {
	if words, ok := schema["enum"].([]string); ok && !slices.Contains(words, v) {
		e := referentials.Errorf(referentials.Invalid, "%.40q is not one of its values", v)
		if near := referentials.Nearest(v, words); near != "" {
			return e.Do("did you mean %q?", near)
		}
		return e.Do("use one of %q", words)
	}
	return nil
}

func checkNumber(schema object, v json.Number) error {
	f, err := v.Float64()
	if err != nil {
		return referentials.Errorf(referentials.Invalid, "it is beyond all numbers")
	}
	if least, ok := schema["minimum"].(int); ok && f < float64(least) {
		return referentials.Errorf(referentials.Invalid, "it is below %d", least)
	}
	if most, ok := schema["maximum"].(int); ok && f > float64(most) {
		return referentials.Errorf(referentials.Invalid, "it is above %d", most)
	}
	return nil
}

func checkList(schema object, list []any) error {
	if least, ok := schema["minItems"].(int); ok && len(list) < least {
		return referentials.Errorf(referentials.Invalid, "it has %d items, at least %d are needed", len(list), least)
	}
	if most, ok := schema["maxItems"].(int); ok && len(list) > most {
		return referentials.Errorf(referentials.Invalid, "it has %d items, at most %d may be", len(list), most)
	}
	items, ok := schema["items"].(object)
	for i := range list {
		if !ok {
			break
		}
		if err := checkAny(items, list[i]); err != nil {
			return at(err, "item "+strconv.Itoa(i))
		}
	}
	return nil
}

func checkMembers(schema object, members map[string]any) error {
	if needed, ok := schema["required"].([]string); ok {
		for _, name := range needed {
			if _, ok := members[name]; !ok {
				return referentials.Errorf(referentials.Invalid, "it has no member %q", name)
			}
		}
	}
	properties, _ := schema["properties"].(object)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		s, ok := properties[name].(object)
		if !ok {
			continue
		}
		if err := checkAny(s, members[name]); err != nil {
			return at(err, "member "+name)
		}
	}
	return nil
}
