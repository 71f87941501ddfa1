package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"socle/referentials"
	"socle/referentials/address"
	"socle/referentials/address/bulk"
	"socle/referentials/snapshot"
)

type geocodeCmd struct {
	File string `arg:"" help:"CSV file, compressed by gzip or not."`

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
	return "The addresses are those of the collection adresses, with communes, voies and sites where they are there.\n\nExamples:\n" +
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
	in, size, err := openText(c.File)
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
			bar.Update("geocode "+c.File, share(in.read.Load(), size), thousands(rows)+" rows")
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
	case errors.As(err, &told) && told.Where == "": // what the file holds is wrong, not what was asked
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

// textFile is a file that is read once, decompressed where it has to be.
type textFile struct {
	io.Reader
	file *os.File
	read atomic.Int64 // bytes, as they are on disk
}

// counted reads a file and tells how far it is.
type counted struct{ text *textFile }

func (c counted) Read(b []byte) (int, error) {
	n, err := c.text.file.Read(b)
	c.text.read.Add(int64(n))
	return n, err
}

// Close closes the file, which was only read.
func (f *textFile) Close() error { return f.file.Close() }

// compressed tells of compressed data that is not whole.
type compressed struct{ r io.Reader }

func (c compressed) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = referentials.Errorf(referentials.Invalid, "the compressed data ends too early: the file is truncated").Do("download or copy the file again")
	case err != nil && !errors.Is(err, io.EOF):
		err = referentials.Errorf(referentials.Invalid, "it cannot be decompressed: %w", err).Do("download or copy the file again")
	}
	return n, err
}

func unreadable(path string, err error) error {
	var inPath *os.PathError
	if errors.As(err, &inPath) {
		err = inPath.Err
	}
	return referentials.Errorf(referentials.Invalid, "it cannot be read: %w", err).At("%s", path)
}

func openText(path string) (*textFile, int64, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, referentials.Errorf(referentials.NotFound, "there is no such file").At("%s", path)
	}
	if err != nil {
		return nil, 0, unreadable(path, err)
	}
	t := &textFile{file: file}
	r := bufio.NewReaderSize(counted{t}, 1<<16)
	t.Reader = r
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = syscall.EISDIR
	}
	if magic, _ := r.Peek(2); err == nil && len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		var z *gzip.Reader
		if z, err = gzip.NewReader(r); err == nil {
			t.Reader = compressed{z}
		}
	}
	if err != nil {
		return nil, 0, errors.Join(unreadable(path, err), file.Close())
	}
	return t, info.Size(), nil
}
