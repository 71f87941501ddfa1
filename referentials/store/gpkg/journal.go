package gpkg

import (
	"context"
	"strconv"
	"strings"

	"socle/referentials/gpkgfile"
	"socle/referentials/sqlite"
)

// journalTriggers record the key of every row that an edit touches. They use nothing but
// plain SQL: whatever SQLite edits the layer runs them. An edit by [Store.Apply] sets
// "applying" and raises the revision itself, once for all its rows.
//
// "replace" sees the row that an INSERT OR REPLACE takes away, of which SQLite tells no
// delete trigger.
const journalTriggers = `
CREATE TRIGGER "socle_{n}_replace" BEFORE INSERT ON {t}
  WHEN EXISTS (SELECT 1 FROM {t} WHERE {f} = NEW.{f})
BEGIN
  INSERT INTO socle_journal (number, revision, key)
    SELECT {n}, v.revision + 1, old.{k} FROM socle_versions v, {t} old WHERE v.number = {n} AND old.{f} = NEW.{f};
END;
CREATE TRIGGER "socle_{n}_insert" AFTER INSERT ON {t}
BEGIN
  INSERT INTO socle_journal (number, revision, key) SELECT {n}, revision + 1, NEW.{k} FROM socle_versions WHERE number = {n};
  UPDATE socle_versions SET revision = revision + 1 WHERE number = {n} AND NOT applying;
END;
CREATE TRIGGER "socle_{n}_update" AFTER UPDATE ON {t}
BEGIN
  INSERT INTO socle_journal (number, revision, key)
    SELECT {n}, revision + 1, OLD.{k} FROM socle_versions WHERE number = {n} AND OLD.{k} IS NOT NEW.{k};
  INSERT INTO socle_journal (number, revision, key) SELECT {n}, revision + 1, NEW.{k} FROM socle_versions WHERE number = {n};
  UPDATE socle_versions SET revision = revision + 1 WHERE number = {n} AND NOT applying;
END;
CREATE TRIGGER "socle_{n}_delete" AFTER DELETE ON {t}
BEGIN
  INSERT INTO socle_journal (number, revision, key) SELECT {n}, revision + 1, OLD.{k} FROM socle_versions WHERE number = {n};
  UPDATE socle_versions SET revision = revision + 1 WHERE number = {n} AND NOT applying;
END;`

func createJournalTriggers(c *sqlite.Conn, r *record) error {
	return c.Script(strings.NewReplacer(
		"{n}", strconv.FormatInt(r.number, 10), "{t}", gpkgfile.Quote(r.layer.Table),
		"{f}", gpkgfile.Quote(r.layer.FID), "{k}", gpkgfile.Quote(r.keyColumn()),
	).Replace(journalTriggers))
}

// trimJournal takes whole revisions out of the journal of a version until no more rows
// are left than the bound.
func (s *Store) trimJournal(c *sqlite.Conn, number int64) error {
	cut, err := c.Int(`SELECT revision FROM socle_journal WHERE number = ?
		ORDER BY revision DESC LIMIT 1 OFFSET ?`, number, s.journal)
	if err != nil || cut == 0 {
		return err
	}
	if err := c.Exec("DELETE FROM socle_journal WHERE number = ? AND revision <= ?", number, cut); err != nil {
		return err
	}
	return c.Exec("UPDATE socle_versions SET journal_floor = max(journal_floor, ?) WHERE number = ?", cut, number)
}

// trimJournals trims what the edits of other clients have added while no store was open,
// or none wrote.
func (s *Store) trimJournals(ctx context.Context, c *sqlite.Conn) error {
	var long []int64
	err := c.Query("SELECT number FROM socle_journal GROUP BY number HAVING count(*) > ?", func(q *sqlite.Stmt) error {
		long = append(long, q.Int(0))
		return nil
	}, s.journal)
	if err != nil || len(long) == 0 {
		return err
	}
	return s.transaction(ctx, c, func() error {
		for _, number := range long {
			if err := s.trimJournal(c, number); err != nil {
				return err
			}
		}
		return nil
	})
}
