package morphology

import (
	"math"
	"strconv"
)

// Zone is a local climate zone of Stewart and Oke (2012): 1 to 10 are built, 101 to 107
// are A to G. It is told the way GeoClimate does: open country by what covers it, areas of
// industry and of large low buildings by what they are for, the rest by its distance to
// the ranges of each class.
type Zone struct {
	Primary   int // 0: cannot be told
	Secondary int // the next nearest; 0: none
	// Distance is to the ranges of the class, 0 within all of them, in standard deviations
	// of the bounds; NaN where the class was not found by distance.
	Distance float64
	// Uniqueness is 1 where no other class comes near and 0 where two are as near: for
	// classes found by distance |d1−d2|/(d1+d2), for others how far the shares that
	// decided are from where they would decide otherwise.
	Uniqueness float64
}

func unknownZone() Zone { return Zone{Distance: math.NaN(), Uniqueness: math.NaN()} }

// ZoneInput is what a zone is told from. NaN is not known: a dimension that is not known
// is left out of the distance; a sky view that is not known is that of a street of such walls
// where a decision needs it, and vegetation that is not known is none.
type ZoneInput struct {
	SkyView, AspectRatio, Building, Impervious, Pervious, HeightM, RoughnessM float64

	High, Low, Water float64 // shares of ground
	MeanLevels       float64
	// Shares of the floors by use.
	Residential, Commercial, LightIndustry, HeavyIndustry float64
}

// dimension numbers what distances are measured in, in the order of the ranges.
const (
	skyView = iota
	canyon
	builtShare
	imperviousShare
	perviousShare
	elementHeight
	roughnessLength
	dimensions
)

// weights say how much each dimension counts: GeoClimate's. Pervious and impervious ground
// do not count by default, since no layer says them well.
var weights = [dimensions]float64{4, 3, 8, 0, 0, 6, 0.5}

var infinite = math.Inf(1)

// climateClass is a built class and its range in each dimension.
type climateClass struct {
	zone   int
	ranges [dimensions][2]float64
}

// classes are those found by distance. 8 and 10 are told by use before.
var classes = [...]climateClass{
	{1, [dimensions][2]float64{{.2, .4}, {2, infinite}, {.4, .6}, {.4, .6}, {0, .1}, {25, infinite}, {1.5, infinite}}},
	{2, [dimensions][2]float64{{.3, .6}, {.8, 2}, {.4, .7}, {.3, .5}, {0, .2}, {10, 25}, {.375, 1.5}}},
	{3, [dimensions][2]float64{{.2, .6}, {.8, 1.5}, {.4, .7}, {.2, .5}, {0, .3}, {3, 10}, {.375, .75}}},
	{4, [dimensions][2]float64{{.5, .7}, {.8, 1.3}, {.2, .4}, {.3, .4}, {.3, .4}, {25, infinite}, {.75, infinite}}},
	{5, [dimensions][2]float64{{.5, .8}, {.3, .8}, {.2, .4}, {.3, .5}, {.2, .4}, {10, 25}, {.175, .75}}},
	{6, [dimensions][2]float64{{.6, .9}, {.3, .8}, {.2, .4}, {.2, .5}, {.3, .6}, {3, 10}, {.175, .75}}},
	{7, [dimensions][2]float64{{.2, .5}, {1, 2}, {.6, .9}, {0, .2}, {0, .3}, {2, 4}, {.175, .375}}},
	{9, [dimensions][2]float64{{.8, 1}, {.1, .3}, {.1, .2}, {0, .2}, {.6, .8}, {3, 10}, {.175, .75}}},
}

// spreads are the standard deviations of the bounds of the ranges, by dimension.
var spreads = func() (out [dimensions]float64) {
	for d := range out {
		n, sum, squares := 0.0, 0.0, 0.0
		for _, c := range classes {
			for _, v := range c.ranges[d] {
				if !math.IsInf(v, 1) {
					n, sum, squares = n+1, sum+v, squares+v*v
				}
			}
		}
		out[d] = math.Sqrt(squares/n - sum/n*(sum/n))
	}
	return out
}()

// The thresholds of the decisions, GeoClimate's.
const (
	ruralBelow    = 0.1 // of the aspect ratio, and of the share built
	scattered     = 0.05
	dense         = 0.75
	industryOver  = 0.33
	lowriseLevels = 3
	lowriseGreen  = 0.2
	lowriseSky    = 0.7
	highriseFrom  = 10 // levels without which there is no class 1
)

// zoneOf tells the local climate zone.
func zoneOf(in ZoneInput) Zone {
	switch {
	case math.IsNaN(in.Building) || math.IsNaN(in.AspectRatio) && in.Building < 1:
		return unknownZone()
	case in.Building < ruralBelow && in.AspectRatio < ruralBelow:
		return in.rural()
	}
	if z, ok := in.byUse(); ok {
		return z
	}
	return in.nearest(weights)
}

// rural tells A, B, D, E and G. Without vegetation it cannot be told; water and sealed
// ground that are not known are none.
func (in *ZoneInput) rural() Zone {
	z := unknownZone()
	if math.IsNaN(in.High + in.Low) {
		return z
	}
	in.Water, in.Impervious = orNone(in.Water), orNone(in.Impervious)
	green := in.High + in.Low
	high := 0.0
	if open := 1 - in.Impervious - in.Water - in.Building; open > 0 {
		high = in.High / open
	} else if in.High > 0 {
		high = 1
	}
	share := 0.0
	switch {
	case in.Impervious > green && in.Impervious > in.Water && in.Impervious > 0.1:
		z.Primary, share = 105, in.Impervious
	case green <= in.Water && in.Water > 0.31:
		z.Primary, share = 107, in.Water
	case high < scattered:
		z.Primary, share = 104, in.Low
	case high < dense:
		z.Primary = 102
	default:
		z.Primary, share = 101, in.High
	}
	z.Uniqueness = 0.25*(ruralBelow-in.AspectRatio)/ruralBelow + 0.25*(ruralBelow-in.Building)/ruralBelow
	if z.Primary == 102 {
		half := (dense - scattered) / 2
		z.Uniqueness += 0.25*(green-ruralBelow)/(1-ruralBelow) + 0.25*(half-math.Abs(high-half))/half
	} else {
		z.Uniqueness += 0.5 * (share - ruralBelow) / (1 - ruralBelow)
	}
	// Bare ground no layer covers leaves less than nothing to tell by.
	z.Uniqueness = min(1, max(0, z.Uniqueness))
	return z
}

func orNone(share float64) float64 {
	if math.IsNaN(share) {
		return 0
	}
	return share
}

// byUse tells heavy industry (10) and large low buildings (8).
func (in *ZoneInput) byUse() (Zone, bool) {
	z := unknownZone()
	lowrise := in.Commercial + in.LightIndustry
	sky := in.SkyView
	if math.IsNaN(sky) { // that of the middle of a street of such walls
		sky = math.Cos(math.Atan(2 * in.AspectRatio))
	}
	switch {
	case in.HeavyIndustry > lowrise && in.HeavyIndustry > industryOver:
		z.Primary, z.Uniqueness = 10, (in.HeavyIndustry-industryOver)/(1-industryOver)
	case lowrise > in.Residential && lowrise > industryOver && in.MeanLevels < lowriseLevels && !(in.Low+in.High >= lowriseGreen) && sky > lowriseSky:
		z.Primary, z.Uniqueness = 8, (lowrise-industryOver)/(1-industryOver)
	default:
		return z, false
	}
	return z, true
}

// nearest tells the class whose ranges are nearest, the first of equals.
func (in *ZoneInput) nearest(weights [dimensions]float64) Zone {
	values := [dimensions]float64{in.SkyView, in.AspectRatio, in.Building, in.Impervious, in.Pervious, in.HeightM, in.RoughnessM}
	z := unknownZone()
	first, second := infinite, infinite
	for _, c := range classes {
		if c.zone == 1 && in.MeanLevels < highriseFrom {
			continue
		}
		sum := 0.0
		for d, v := range values {
			if math.IsNaN(v) {
				continue
			}
			off := max(0, c.ranges[d][0]-v, v-c.ranges[d][1]) / spreads[d]
			sum += weights[d] * off * off
		}
		switch far := math.Sqrt(sum); {
		case far < first:
			z.Secondary, second = z.Primary, first
			z.Primary, first = c.zone, far
		case far < second:
			z.Secondary, second = c.zone, far
		}
	}
	z.Distance = first
	if z.Uniqueness = 0; first+second > 0 {
		z.Uniqueness = math.Abs(first-second) / (first + second)
	}
	return z
}

// zone tells the zone of a cell. The sky view is not measured here.
func (c *Cell) zone() Zone {
	sealed := orNone(c.RoadShare) + orNone(c.ImperviousShare)
	if math.IsNaN(c.RoadShare) && math.IsNaN(c.ImperviousShare) {
		sealed = math.NaN()
	}
	in := ZoneInput{
		SkyView: math.NaN(), AspectRatio: c.AspectRatio, Building: c.Coverage, Impervious: sealed,
		Pervious: c.highGround + c.LowGreenShare + c.WaterShare, HeightM: c.GeometricHeightM, RoughnessM: c.RoughnessM,
		High: c.highGround, Low: c.LowGreenShare, Water: c.WaterShare, MeanLevels: c.MeanLevels,
		Residential: c.usage[Residential], Commercial: c.usage[Commercial], LightIndustry: c.usage[LightIndustry], HeavyIndustry: c.usage[HeavyIndustry],
	}
	return zoneOf(in)
}

// zoneName gives the name of a class by Stewart and Oke: "1" to "10", "A" to "G"; "" for
// none.
func zoneName(zone int) string {
	switch {
	case zone >= 1 && zone <= 10:
		return strconv.Itoa(zone)
	case zone >= 101 && zone <= 107:
		return string(rune('A' + zone - 101))
	}
	return ""
}
