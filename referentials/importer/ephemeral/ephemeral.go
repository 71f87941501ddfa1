// Package ephemeral makes collections of what somebody brings along to have it put on a
// mesh: files are judged and repaired as imports are, and no store keeps them.
//
//	bytes, or files ─▶ importer ─▶ rows ─▶ snapshot.Collection
package ephemeral

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode"

	"socle/referentials"
	"socle/referentials/importer"
	"socle/referentials/importer/source"
	"socle/referentials/snapshot"
)

// unnamed names what comes without a name.
const unnamed = "data"

// maxName bounds names that come from outside, in bytes.
const maxName = 120

// Read makes a collection of CSV or GeoJSON, packed by gzip or zip or not. The limit is of
// bytes, as they come and unpacked, and of values. The name may be a file's, from anywhere:
// it names the collection when nothing else does, and says in errors where they are.
// Of opt, Files, DryRun and TempDir play no part.
//
// The report tells the fate of every row; broken ones are no error as long as one is left.
// Errors: TooLarge over the limit, Unsupported for other formats, Invalid for what cannot
// be read.
func Read(ctx context.Context, name string, r io.Reader, limit int64, opt importer.Options) (*snapshot.Collection, *importer.Report, error) {
	name = cleaned(name)
	data, err := io.ReadAll(io.LimitReader(&stopping{ctx, r}, limit+1))
	// A reader that has the same bound fails just where it is reached.
	if int64(len(data)) > limit || err != nil && int64(len(data)) == limit {
		return nil, nil, tooLarge(name, limit, "bytes")
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		var told *referentials.Error
		if errors.As(err, &told) {
			return nil, nil, err
		}
		return nil, nil, referentials.Errorf(referentials.Invalid, "it could not be received whole: %w", err).At("%s", name)
	}
	file, err := source.FromBytes(ctx, name, data, source.Options{Limits: source.Limits{MaxBytes: limit}})
	if err != nil {
		return nil, nil, err
	}
	if f := file.Format(); f != source.CSV && !f.IsJSON() {
		return nil, nil, referentials.Errorf(referentials.Unsupported, "it is neither CSV nor GeoJSON: %s", file.Reason()).At("%s", name).
			Do("send it as CSV or GeoJSON, or import it first")
	}
	opt.DryRun = false
	m := &maker{most: limit, name: name}
	report, err := importer.ImportFile(ctx, m, file, opt)
	return m.made(report, err)
}

// Open makes a collection of files, of all that can be imported.
func Open(ctx context.Context, opt importer.Options) (*snapshot.Collection, *importer.Report, error) {
	opt.DryRun = false
	m := &maker{}
	report, err := importer.Import(ctx, m, opt)
	return m.made(report, err)
}

// Notes tells for receipts what became of the rows of a file: none when all came through as
// they were. Receipts go where figures go, so rows are told by their numbers, not by what
// they hold.
func Notes(r *importer.Report) (notes []referentials.Text) {
	tell := func(fr, en string, list []importer.Tally) {
		for _, t := range list {
			rows := make([]string, len(t.Samples))
			for i, sample := range t.Samples {
				rows[i], _, _ = strings.Cut(sample, ":")
			}
			if t.Count > int64(len(rows)) {
				rows = append(rows, "…")
			}
			list := strings.Join(rows, ", ")
			notes = append(notes, referentials.Text{FR: fmt.Sprintf(fr, t.Count, list, t.Reason), EN: fmt.Sprintf(en, t.Count, list, t.Reason)})
		}
	}
	if r == nil {
		return nil
	}
	tell("Lignes rejetées : %d (n° %s) ; %s.", "Rows rejected: %d (number %s); %s.", r.Rejects)
	tell("Lignes réparées : %d (n° %s) ; %s.", "Rows repaired: %d (number %s); %s.", r.Repairs)
	return notes
}

// stopping reads until ctx ends.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s *stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// cleaned makes a name that can stand in an error: no folders, nothing that does not print.
func cleaned(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	if len(name) > maxName { // the end tells the format
		name = strings.ToValidUTF8(name[len(name)-maxName:], "")
	}
	if strings.Trim(name, "./ ") == "" {
		return unnamed
	}
	return name
}

func tooLarge(name string, limit int64, what string) error {
	return referentials.Errorf(referentials.TooLarge, "it holds more than %d %s", limit, what).At("%s", name).
		Do("leave out columns and rows that are not needed, or import it")
}
