package crosswalk

import "socle/referentials/snapshot"

// Level says how a source feature found its cells. Beside the levels below there is the
// id of a collection: that of the first one its reference led through.
type Level string

// The levels.
const (
	ByKey        Level = "key"           // its own reference names the cell
	ByPoint      Level = "point"         // its point lies in the cell
	ByArea       Level = "area"          // it has area in common with its cells
	ByWeight     Level = "weight"        // what weighs lies in it and its cells
	ByPassage    Level = "passage"       // a table leads from it to its cells
	AreaFallback Level = "area-fallback" // nothing weighs in it: by area instead
	Unmatched    Level = "unmatched"     // no cell has any of it
)

// LevelCount is how many source features were matched at a level.
type LevelCount struct {
	Level Level `json:"level"`
	Count int   `json:"count"`
}

// Fate is what became of a source feature that no cell got, or not all of.
type Fate struct {
	Row    int     `json:"-"`
	Key    string  `json:"key"`
	Share  float64 `json:"share"` // of it that no cell got
	Reason string  `json:"reason"`
}

// maxFates bounds the examples of unmatched features.
const maxFates = 100

// fate makes the Fate of row i.
func fate(c *snapshot.Collection, i int, share float64, reason string) Fate {
	return Fate{Row: i, Key: c.Value(i, c.Descriptor().KeyIndex()).String(), Share: share, Reason: reason}
}
