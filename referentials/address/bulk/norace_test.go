//go:build !race

package bulk

const raceShare = 1
