package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// yamlSettings reads a configuration file: a flat mapping of flag names to values. A name
// that is no flag of the program is an error, so that a typing mistake cannot pass.
func yamlSettings(r io.Reader) (kong.Resolver, error) {
	values := map[string]any{}
	if err := yaml.NewDecoder(r).Decode(&values); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("configuration: %s", yaml.FormatError(err, false, true))
	}
	return settings(values), nil
}

type settings map[string]any

// Validate refuses names that are no flag.
func (s settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	collectFlags(app.Node, known)
	unknown := []string{}
	for name := range s {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("configuration: unknown setting %s", strings.Join(unknown, ", "))
	}
	return nil
}

// Resolve gives a flag's value from the file, unless the environment has it.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	v, ok := s[flag.Name]
	if !ok || flag.Tag != nil && envIsSet(flag.Tag.Envs) {
		return nil, nil
	}
	return v, nil
}

func collectFlags(n *kong.Node, into map[string]bool) {
	for _, f := range n.Flags {
		into[f.Name] = true
	}
	for _, c := range n.Children {
		collectFlags(c, into)
	}
}

func envIsSet(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { _, ok := os.LookupEnv(n); return ok })
}
