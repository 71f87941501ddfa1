package ephemeral

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/importer"
	"socle/referentials/snapshot"
)

// maker is the store of an import that keeps nothing: it builds the one collection.
type maker struct {
	referentials.Store // what an import does not call
	name               string
	most               int64 // values; 0: any number
	collection         *snapshot.Collection
}

// Replace builds the rows. Their version is told by what they are: same rows, same tag, so
// that crosswalks are found again and never taken for those of other rows.
func (m *maker) Replace(ctx context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	described, err := json.Marshal(&p.Descriptor)
	if err != nil {
		return referentials.Version{}, err
	}
	digest := sha256.New()
	digest.Write(described)
	var buf []byte
	n := int64(0)
	c, err := snapshot.Build(ctx, referentials.State{Descriptor: p.Descriptor}, func(yield func(*referentials.Row, error) bool) {
		for row, err := range rows {
			if err == nil {
				if n += int64(len(row.Values)); m.most > 0 && n > m.most {
					row, err = nil, tooLarge(m.name, m.most, "values")
				} else {
					buf = buf[:0]
					for _, v := range row.Values {
						buf = v.AppendBinary(buf)
					}
					digest.Write(geo.AppendWKB(buf, &row.Geom))
				}
			}
			if !yield(row, err) {
				return
			}
		}
	})
	if err != nil {
		return referentials.Version{}, err
	}
	v := &c.State().Version
	*v = version(digest.Sum(nil))
	v.Collection, v.Rows, v.Source, v.Current = p.Descriptor.ID, int64(c.Len()), p.Source, true
	m.collection = c
	return *v, nil
}

// version makes one of a digest that no store gives: stores count from 1. It keeps as many
// bits as its members hold wherever they are written: a whole number in JSON, and a date.
func version(digest []byte) referentials.Version {
	const revisionBits, microsecondBits = 52, 57
	return referentials.Version{
		Revision:    int64(binary.LittleEndian.Uint64(digest) >> (64 - revisionBits)),
		PublishedAt: time.UnixMicro(int64(binary.LittleEndian.Uint64(digest[8:]) >> (64 - microsecondBits))).UTC(),
	}
}

// made gives what came of an import.
func (m *maker) made(report *importer.Report, err error) (*snapshot.Collection, *importer.Report, error) {
	if report != nil {
		report.Version = nil // nothing was published
	}
	if err != nil {
		return nil, report, err
	}
	return m.collection, report, nil
}
