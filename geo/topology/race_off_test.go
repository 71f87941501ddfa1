//go:build !race

package topology

const raceFactor = 1
