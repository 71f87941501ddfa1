package morphology

import "math"

// Form is what is measured of one building. A building without a shape has no area, and
// all else is NaN.
type Form struct {
	AreaM2     float64
	PerimeterM float64 // holes included

	HeightM, WallHeightM, Levels float64
	HeightFrom, LevelsFrom       Source
	Dwellings                    float64 // 0 when not known

	VolumeM3     float64 // A·(wall height + height)/2
	FloorAreaM2  float64 // A·levels
	SharedM      float64 // of the perimeter, that other buildings touch
	SharedWallM2 float64 // those lengths times the lower of both wall heights
	FreeWallM2   float64 // what is left of the walls
	FrontalM2    float64 // what the wind meets of it, mean of twelve directions
	SpacingM     float64 // to the nearest building, at most SpacingCapM

	FormFactor          float64 // A/p²
	Convexity           float64 // A/A of the convex hull
	CircularCompactness float64 // A/A of the smallest circle around it
	RawCompactness      float64 // (walls + roof)/V^(2/3)

	Contiguity         float64 // shared walls/all walls
	CommonWallFraction float64 // shared length/perimeter

	Cell int // that has most of it, -1 for none
}

// SpacingCapM is how far the nearest building is looked for.
const SpacingCapM = 100

// TouchM is how close two walls must be, in metres, to be one: what surveys leave between
// footprints drawn side by side.
const TouchM = 0.01

func noForm() Form {
	nan := math.NaN()
	return Form{
		PerimeterM: nan, HeightM: nan, WallHeightM: nan, Levels: nan, VolumeM3: nan, FloorAreaM2: nan,
		SharedM: nan, SharedWallM2: nan, FreeWallM2: nan, FrontalM2: nan, SpacingM: nan,
		FormFactor: nan, Convexity: nan, CircularCompactness: nan, RawCompactness: nan,
		Contiguity: nan, CommonWallFraction: nan, Cell: -1,
	}
}

// hasShape tells whether there was anything to measure.
func (f *Form) hasShape() bool { return f.AreaM2 > 0 }

// fill computes what follows from the footprint and the heights.
func (f *Form) fill() {
	f.VolumeM3 = f.AreaM2 * (f.WallHeightM + f.HeightM) / 2
	f.FloorAreaM2 = f.AreaM2 * f.Levels
	f.RawCompactness = (f.PerimeterM*f.WallHeightM + f.roofM2()) / math.Pow(f.VolumeM3, 2.0/3)
}

// roofM2 is the area of the roof and its gables, as GeoClimate has it: a roof of two
// sloping sides over a square of the same area.
func (f *Form) roofM2() float64 {
	rise := f.HeightM - f.WallHeightM
	return math.Sqrt(f.AreaM2*f.AreaM2+4*f.AreaM2*rise*rise) + math.Sqrt(f.AreaM2)*rise
}

// close computes what follows from the walls it shares.
func (f *Form) close() {
	walls := f.PerimeterM * f.WallHeightM
	f.Contiguity = f.SharedWallM2 / walls
	f.CommonWallFraction = f.SharedM / f.PerimeterM
	f.FreeWallM2 = max(0, walls-f.SharedWallM2)
}
