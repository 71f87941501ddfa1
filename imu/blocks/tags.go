package blocks

import "strings"

// tagsField is where GDAL puts the tags of OpenStreetMap that have no field of their own.
const tagsField = "other_tags"

// tag finds the value of a key among tags written as PostgreSQL's hstore, "" where it is
// not there or the text is no hstore.
func tag(tags, key string) string {
	for tags != "" {
		k, rest, ok := quoted(tags)
		if !ok || !strings.HasPrefix(rest, "=>") {
			return ""
		}
		v, rest, ok := quoted(rest[2:])
		if !ok {
			return ""
		}
		if k == key {
			return v
		}
		tags = strings.TrimPrefix(rest, ",")
	}
	return ""
}

// quoted reads a text in quotes, in which a backslash keeps what follows it.
func quoted(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", s, false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return "", s, false
}
