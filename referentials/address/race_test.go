//go:build race

package address

// every says which addresses of the register are looked for: the race detector makes each
// search ten times slower, and looks for no wrong answers.
const every = 16
