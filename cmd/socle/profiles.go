package main

import (
	"io"
	"os"

	"socle/imu/disclosure"
	"socle/referentials"
)

// profilesFlag gives a command disclosure profiles beside the built-in ones.
type profilesFlag struct {
	Profiles string `env:"SOCLE_PROFILES" placeholder:"FILE" help:"YAML file of disclosure profiles, beside the built-in ones."`
}

// maxProfilesFile bounds what is read of the file, in bytes; a bit more than what is taken,
// so that too much is told from enough.
const maxProfilesFile = 2 << 20

// load reads the profiles; none without a file. A built-in one cannot be replaced.
func (p *profilesFlag) load() (disclosure.Profiles, error) {
	if p.Profiles == "" {
		return nil, nil
	}
	bad := func(what string, err error) error {
		return referentials.Errorf(referentials.Invalid, what+": %w", err).At("--profiles %s", p.Profiles)
	}
	f, err := os.Open(p.Profiles)
	if err != nil {
		return nil, bad("it cannot be opened", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxProfilesFile))
	if err != nil {
		return nil, bad("it cannot be read", err)
	}
	own, err := disclosure.Parse(p.Profiles, text)
	if err != nil {
		return nil, err
	}
	known, err := disclosure.Builtin()
	if err != nil {
		return nil, err
	}
	if _, err := known.With(own); err != nil {
		return nil, err
	}
	return own, nil
}
