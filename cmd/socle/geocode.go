package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"socle/referentials"
	"socle/referentials/address"
	"socle/referentials/address/bulk"
	"socle/referentials/importer/source"
	"socle/referentials/snapshot"
)

type geocodeCmd struct {
	File string `arg:"" help:"CSV file; in a gzip or a zip too."`

	Output string `short:"o" required:"" placeholder:"FILE" help:"Where to write the rows with what was found."`
	Review string `placeholder:"FILE" help:"Where to write the rows that a person should look at; OUT.review.csv when left out."`

	Columns  []string `placeholder:"A,B" help:"Columns whose cells make the address, in this order; all when left out."`
	CityCode string   `name:"citycode" placeholder:"COLUMN" help:"Column of the commune's code: answers lie in that commune."`
	Postcode string   `placeholder:"COLUMN" help:"Column of the postcode: answers lie in its communes."`
	Kind     string   `name:"type" placeholder:"COLUMN" help:"Column of the type wanted: housenumber, street, locality, municipality."`
	Lat      string   `placeholder:"COLUMN" help:"Column of the latitude, to prefer what is near."`
	Lon      string   `placeholder:"COLUMN" help:"Column of the longitude."`
	Reverse  bool     `help:"Find the addresses nearest the positions."`

	Encoding  string   `placeholder:"latin-1" help:"Encoding of the file: utf-8, latin-1, iso-8859-15 or windows-1252; told from it when left out."`
	Delimiter string   `placeholder:";" help:"Delimiter of cells; told from the header when left out."`
	Results   []string `placeholder:"A,B" help:"Columns of results to add; all when left out."`
	JSON      bool     `name:"json" help:"Print the report as JSON."`
}

// Help shows examples.
func (geocodeCmd) Help() string {
	return "The addresses are those of the collection adresses, with communes, voies and sites where they are there. Where an answer lies is told in latitude and longitude, or in result_latitude and result_longitude if the file has such columns.\n\nExamples:\n" +
		"  socle geocode associations.csv -o associations_rva.csv --columns numero,voie,code_postal,commune\n" +
		"  socle geocode compteurs.csv -o compteurs_rva.csv --columns adresse --citycode code_insee --review a_revoir.csv\n" +
		"  socle geocode capteurs.csv -o capteurs_rva.csv --reverse --lat latitude --lon longitude"
}

// Run finds the addresses of a file. The output appears whole or not at all.
func (c *geocodeCmd) Run(ctx context.Context, m *Main) error {
	review := c.Review
	if review == "" {
		review = strings.TrimSuffix(c.Output, filepath.Ext(c.Output)) + ".review.csv"
	}
	if filepath.Clean(review) == filepath.Clean(c.Output) || sameFile(review, c.Output) {
		return &usageError{referentials.Errorf(referentials.Invalid, "it is the output too").At("--review %s", review).Do("write to another file")}
	}
	for _, out := range []string{c.Output, review} {
		if err := m.keepStore("-o", out); err != nil {
			return err
		}
		if sameFile(c.File, out) {
			return &usageError{referentials.Errorf(referentials.Invalid, "it is the file to read").At("%s", out).Do("write to another file")}
		}
	}
	if info, err := os.Stat(c.File); err == nil && info.IsDir() {
		return referentials.Errorf(referentials.Invalid, "it is a directory").At("%s", c.File).Do("name the file in it")
	}
	file, err := source.Open(ctx, c.File, source.Options{})
	if err != nil {
		return err
	}
	in, err := file.Open(ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	bar := newProgress(m.Stderr)
	defer bar.Done()
	bar.Update("read addresses", -1, "")
	x, err := m.addresses(ctx)
	if err != nil {
		return err
	}
	o := bulk.Options{
		Columns: c.Columns, CityCode: c.CityCode, Postcode: c.Postcode, Kind: c.Kind, Lat: c.Lat, Lon: c.Lon, Reverse: c.Reverse,
		Encoding: c.Encoding, Delimiter: c.Delimiter, Results: c.Results,
		Progress: func(_, rows int64) {
			bar.Update("geocode "+c.File, share(file.Progress(), file.Size()), thousands(rows)+" rows")
		},
	}
	var report *bulk.Report
	err = writeWhole(review, func(doubts *os.File) error {
		o.Review = doubts
		return writeWhole(c.Output, func(f *os.File) (err error) {
			report, err = bulk.Run(ctx, x, in, f, o)
			return err
		})
	})
	bar.Done()
	var told *referentials.Error
	switch {
	case errors.As(err, &told) && (told.Where == "" || told.Where == c.File): // what the file holds is wrong, not what was asked
		return told.At("%s", c.File)
	case err != nil:
		return asUsage(err)
	}
	if c.JSON {
		return json.NewEncoder(m.Stdout).Encode(report)
	}
	fmt.Fprintf(m.Stdout, "%s: %s rows written to %s; %s to look at in %s.\n", c.File, thousands(report.Rows), c.Output, thousands(report.Doubtful), review)
	for _, part := range []struct {
		what  string
		count map[string]int64
	}{{"status", report.Status}, {"level", report.Levels}, {"number", report.Numbers}} {
		for _, name := range slices.Sorted(maps.Keys(part.count)) {
			fmt.Fprintf(m.Stdout, "  %-7s %-13s %s\n", part.what, name, thousands(part.count[name]))
		}
	}
	return nil
}

// addresses makes the index of the store's addresses.
func (m *Main) addresses(ctx context.Context) (*address.Index, error) {
	now, err := m.public(ctx, address.Uses)
	if err != nil {
		return nil, err
	}
	return address.FromSnapshot(ctx, now)
}

// public loads what anyone may see of some of the store's collections.
func (m *Main) public(ctx context.Context, wanted func(id string) bool) (now *snapshot.Public, err error) {
	err = m.withStore(ctx, func(store referentials.Store) error {
		states, err := store.Collections(ctx)
		if err != nil {
			return err
		}
		states = slices.DeleteFunc(states, func(s referentials.State) bool { return !wanted(s.Descriptor.ID) })
		keeper := snapshot.New(&shelf{store, states}, snapshot.Options{})
		if err := keeper.Load(ctx); err != nil {
			return err
		}
		now = keeper.Current().Public()
		return nil
	})
	return now, err
}
