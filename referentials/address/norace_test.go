//go:build !race

package address

const every = 1
