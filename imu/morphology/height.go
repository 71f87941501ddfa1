package morphology

import "math"

// Source says where a figure about a building comes from.
type Source string

// The sources.
const (
	Measured   Source = "measured"
	FromLevels Source = "from levels"
	FromHeight Source = "from height"
	Default    Source = "default"
)

// Rules says how heights and levels that are missing are estimated:
//
//   - a height that is missing but for the wall's or the roof's is that one: a flat roof;
//   - with neither, it is the levels times LevelM;
//   - without levels, it is DefaultHeightM;
//   - levels that are missing are the wall's height by LevelM, rounded down, at least 1.
//
// A height over TallestM, which no building of Europe has, is a mistake and counts as
// missing, as do levels higher than that.
type Rules struct {
	LevelM         float64 // height of a level: 3
	DefaultHeightM float64 // 6, two levels
	TallestM       float64 // 330
}

func (r Rules) orDefault() Rules {
	if !known(r.LevelM) {
		r.LevelM = 3
	}
	if !known(r.DefaultHeightM) {
		r.DefaultHeightM = 6
	}
	if !known(r.TallestM) {
		r.TallestM = 330
	}
	return r
}

// stand fills the heights and levels of a form from what is known of its building.
func (r *Rules) stand(b *Building, f *Form) {
	sound := func(v float64) bool { return known(v) && v <= r.TallestM }
	levels := known(b.Levels) && b.Levels*r.LevelM <= r.TallestM
	roof, wall := sound(b.HeightM), sound(b.WallHeightM)
	f.HeightFrom = Measured
	switch {
	case roof && wall:
		// A gutter above the roof is a slip of one of two surveys.
		f.HeightM, f.WallHeightM = max(b.HeightM, b.WallHeightM), min(b.HeightM, b.WallHeightM)
	case roof:
		f.HeightM, f.WallHeightM = b.HeightM, b.HeightM
	case wall:
		f.HeightM, f.WallHeightM = b.WallHeightM, b.WallHeightM
	case levels:
		f.HeightM, f.HeightFrom = b.Levels*r.LevelM, FromLevels
		f.WallHeightM = f.HeightM
	default:
		f.HeightM, f.HeightFrom = r.DefaultHeightM, Default
		f.WallHeightM = f.HeightM
	}
	switch {
	case levels:
		f.Levels, f.LevelsFrom = b.Levels, Measured
	default:
		f.Levels, f.LevelsFrom = max(1, math.Floor(f.WallHeightM/r.LevelM)), FromHeight
		if f.HeightFrom == Default {
			f.LevelsFrom = Default
		}
	}
}
