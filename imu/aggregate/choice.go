package aggregate

import (
	"socle/imu/crosswalk"
	"socle/referentials"
)

// Choice is a way for features of a source to reach the cells of a mesh.
type Choice struct {
	Method crosswalk.Method  `json:"method"`
	Fits   bool              `json:"fits"`
	Chosen bool              `json:"chosen,omitempty"` // it is what Auto takes
	Why    referentials.Text `json:"why"`              // it is chosen, what it does, or why it cannot be meant
}

// ways says what each method does, where it is one of several that could be meant.
var ways = []struct {
	method crosswalk.Method
	does   referentials.Text
}{
	{crosswalk.Key, referentials.Text{FR: "chaque ligne va à la maille que désigne sa clé", EN: "each row goes to the cell that its key names"}},
	{crosswalk.Point, referentials.Text{FR: "chaque objet va tout entier à la maille de son point", EN: "each feature goes whole to the cell of its point"}},
	{crosswalk.Area, referentials.Text{FR: "chaque objet est réparti au prorata des surfaces communes", EN: "each feature is shared out by the areas in common"}},
	{crosswalk.Dasymetric, referentials.Text{FR: "chaque objet est réparti selon les bâtiments que contient chaque maille", EN: "each feature is shared out by the buildings within each cell"}},
}

// Choices tells which methods can be meant for the source and mesh of a request, which of
// them Auto takes, and why. A request with Weights offers to share out by them beside what
// Auto takes without.
func Choices(r Request) []Choice {
	plain := r
	plain.Method, plain.Weights = Auto, nil
	taken, why, err := plain.method()
	list := make([]Choice, 0, len(ways))
	for _, w := range ways {
		c := Choice{Method: w.method, Fits: true, Why: w.does}
		if reason, _ := r.unfit(w.method); reason != (referentials.Text{}) {
			c.Fits, c.Why = false, reason
		} else if err == nil && w.method == taken {
			c.Chosen, c.Why = true, why
		}
		list = append(list, c)
	}
	return list
}
