package main

import (
	"io"
	"os"

	"socle/referentials"
)

// maxRules bounds what is read of a file that people write, in bytes: more than any parser
// of them takes, so that it tells too much from enough.
const maxRules = 4 << 20

// readRules reads the file that a flag names.
func readRules(flag, path string) ([]byte, error) {
	bad := func(err error) error {
		return referentials.Errorf(referentials.Invalid, "it cannot be read: %w", err).At("%s %s", flag, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, bad(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRules))
	if err != nil {
		return nil, bad(err)
	}
	return text, nil
}
