package main

import "socle/imu/disclosure"

// profilesFlag gives a command disclosure profiles beside the built-in ones.
type profilesFlag struct {
	Profiles string `env:"SOCLE_PROFILES" placeholder:"FILE" help:"YAML file of disclosure profiles, beside the built-in ones."`
}

// load reads the profiles; none without a file. A built-in one cannot be replaced.
func (p *profilesFlag) load() (disclosure.Profiles, error) {
	if p.Profiles == "" {
		return nil, nil
	}
	text, err := readRules("--profiles", p.Profiles)
	if err != nil {
		return nil, err
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
