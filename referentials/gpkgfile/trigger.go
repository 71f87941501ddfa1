package gpkgfile

import (
	"errors"
	"strings"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/gpb"
	"socle/referentials/sqlite"
)

// The triggers of the R-tree extension, as version 1.4 of the standard corrected them
// (the update1 of before breaks on an upsert). One word is ours: update4 and update5
// watch the primary key alone, which is all their condition can be true for. As the
// standard writes them they make every UPDATE need ST_IsEmpty, so that SQLite without
// spatial functions could not even change an attribute.
const indexTriggers = `
CREATE TRIGGER "{i}_insert" AFTER INSERT ON {t}
  WHEN (NEW.{c} NOTNULL AND NOT ST_IsEmpty(NEW.{c}))
BEGIN
  INSERT OR REPLACE INTO {r} VALUES (NEW.{f}, ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c}));
END;
CREATE TRIGGER "{i}_update2" AFTER UPDATE OF {c} ON {t}
  WHEN OLD.{f} = NEW.{f} AND (NEW.{c} ISNULL OR ST_IsEmpty(NEW.{c}))
BEGIN
  DELETE FROM {r} WHERE id = OLD.{f};
END;
CREATE TRIGGER "{i}_update4" AFTER UPDATE OF {f} ON {t}
  WHEN OLD.{f} != NEW.{f} AND (NEW.{c} ISNULL OR ST_IsEmpty(NEW.{c}))
BEGIN
  DELETE FROM {r} WHERE id IN (OLD.{f}, NEW.{f});
END;
CREATE TRIGGER "{i}_update5" AFTER UPDATE OF {f} ON {t}
  WHEN OLD.{f} != NEW.{f} AND (NEW.{c} NOTNULL AND NOT ST_IsEmpty(NEW.{c}))
BEGIN
  DELETE FROM {r} WHERE id = OLD.{f};
  INSERT OR REPLACE INTO {r} VALUES (NEW.{f}, ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c}));
END;
CREATE TRIGGER "{i}_update6" AFTER UPDATE OF {c} ON {t}
  WHEN OLD.{f} = NEW.{f} AND (NEW.{c} NOTNULL AND NOT ST_IsEmpty(NEW.{c})) AND (OLD.{c} NOTNULL AND NOT ST_IsEmpty(OLD.{c}))
BEGIN
  UPDATE {r} SET minx = ST_MinX(NEW.{c}), maxx = ST_MaxX(NEW.{c}), miny = ST_MinY(NEW.{c}), maxy = ST_MaxY(NEW.{c}) WHERE id = NEW.{f};
END;
CREATE TRIGGER "{i}_update7" AFTER UPDATE OF {c} ON {t}
  WHEN OLD.{f} = NEW.{f} AND (NEW.{c} NOTNULL AND NOT ST_IsEmpty(NEW.{c})) AND (OLD.{c} ISNULL OR ST_IsEmpty(OLD.{c}))
BEGIN
  INSERT INTO {r} VALUES (NEW.{f}, ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c}));
END;
CREATE TRIGGER "{i}_delete" AFTER DELETE ON {t}
  WHEN OLD.{c} NOTNULL
BEGIN
  DELETE FROM {r} WHERE id = OLD.{f};
END;`

// CreateIndexTriggers makes the triggers that keep the R-tree in step with the table.
func (l *Layer) CreateIndexTriggers(c *sqlite.Conn) error {
	if l.Geom == "" {
		return nil
	}
	index := l.indexName()
	return c.Script(strings.NewReplacer(
		"{i}", strings.ReplaceAll(index, `"`, `""`), "{r}", Quote(index),
		"{t}", Quote(l.Table), "{c}", Quote(l.Geom), "{f}", Quote(l.FID),
	).Replace(indexTriggers))
}

// DropTriggers removes every trigger on a table, those of other software included.
func DropTriggers(c *sqlite.Conn, table string) error {
	var names []string
	err := c.Query("SELECT name FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?)",
		func(s *sqlite.Stmt) error {
			names = append(names, s.Text(0))
			return nil
		}, table)
	for _, name := range names {
		if err == nil {
			err = c.Exec("DROP TRIGGER " + Quote(name))
		}
	}
	return err
}

// AddFunctions gives a connection the spatial functions that the triggers call.
func AddFunctions(c *sqlite.Conn) error {
	ordinate := func(pick func(b orb.Bound) float64) sqlite.BlobFunc {
		return func(blob []byte) (float64, bool) {
			b, err := gpb.Bound(blob)
			if err != nil {
				return 0, false
			}
			return pick(b), true
		}
	}
	for name, f := range map[string]sqlite.BlobFunc{
		"ST_MinX": ordinate(func(b orb.Bound) float64 { return b.Min[0] }),
		"ST_MaxX": ordinate(func(b orb.Bound) float64 { return b.Max[0] }),
		"ST_MinY": ordinate(func(b orb.Bound) float64 { return b.Min[1] }),
		"ST_MaxY": ordinate(func(b orb.Bound) float64 { return b.Max[1] }),
		"ST_IsEmpty": func(blob []byte) (float64, bool) {
			_, err := gpb.Bound(blob)
			if errors.Is(err, geo.ErrEmpty) {
				return 1, true
			}
			return 0, err == nil
		},
	} {
		if err := c.CreateBlobFunction(name, f); err != nil {
			return err
		}
	}
	return nil
}
