//go:build race

package bulk

// raceShare makes files smaller where everything takes ten times longer.
const raceShare = 16
