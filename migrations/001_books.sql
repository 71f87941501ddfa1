-- Three schemas, so that people who open the database find their layers and nothing else:
--   socle        one view per collection, its current version: what QGIS and psql open
--   socle_data   one table per version, behind the views
--   socle_store  the books kept about both
-- Collections are named by their users, hence the books have a schema of their own: a
-- collection may be called "version".
CREATE SCHEMA IF NOT EXISTS socle;
CREATE SCHEMA IF NOT EXISTS socle_data;

CREATE TABLE socle_store.collection (
    id      text COLLATE "C" PRIMARY KEY,
    current bigint NOT NULL  -- the id of its current version
);

CREATE TABLE socle_store.version (
    collection    text COLLATE "C" NOT NULL,
    id            bigint NOT NULL,
    descriptor    json NOT NULL,
    table_name    text NOT NULL,         -- in socle_data
    columns       text[] NOT NULL,       -- of the fields, in their order
    source        text NOT NULL,
    published_at  timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'kept' CHECK (state IN ('kept', 'dropped')),
    rows          bigint NOT NULL,
    revision      bigint NOT NULL DEFAULT 0,
    revised_by    xid8,                  -- the transaction that made the revision
    journal_bound bigint NOT NULL,       -- how many edits the journal keeps
    journal_size  bigint NOT NULL DEFAULT 0,
    journal_since bigint NOT NULL DEFAULT 0,  -- the journal knows the edits after this revision
    PRIMARY KEY (collection, id)
);
COMMENT ON COLUMN socle_store.version.state IS
    'dropped: its table waits to be removed, because somebody was reading it';

-- The journal: which keys an edit touched. Whether a key was deleted or stored is read
-- from the table itself.
CREATE TABLE socle_store.change (
    collection text COLLATE "C" NOT NULL,
    version    bigint NOT NULL,
    revision   bigint NOT NULL,
    key        text COLLATE "C" NOT NULL,
    FOREIGN KEY (collection, version) REFERENCES socle_store.version ON DELETE CASCADE
);
CREATE INDEX ON socle_store.change (collection, version, revision);

-- begin_edit takes the version's row before an edit takes rows of the table: two edits of
-- a version wait for each other, where locking in the other order would make them deadlock.
CREATE FUNCTION socle_store.begin_edit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM socle_store.version v
      WHERE v.collection = TG_ARGV[0] AND v.id = TG_ARGV[1]::bigint
      FOR NO KEY UPDATE;
    RETURN NULL;
END
$$;

-- record_edit counts the rows, makes the transaction's one revision, writes the journal
-- and tells the watchers.
CREATE FUNCTION socle_store.record_edit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_collection text := TG_ARGV[0];
    of_version bigint := TG_ARGV[1]::bigint;
    key_column text := TG_ARGV[2];
    touched bigint;    -- null: all of them, unnamed
    growth bigint := 0;
    touched_keys text;
    v socle_store.version;
    cut bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) INTO touched FROM after_rows;
        growth := touched;
        touched_keys := format('SELECT %I::text FROM after_rows', key_column);
    ELSIF TG_OP = 'DELETE' THEN
        SELECT count(*) INTO touched FROM before_rows;
        growth := -touched;
        touched_keys := format('SELECT %I::text FROM before_rows', key_column);
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT count(*) INTO touched FROM after_rows;
        touched_keys := format('SELECT %1$I::text FROM before_rows UNION SELECT %1$I::text FROM after_rows', key_column);
    END IF;
    IF touched = 0 THEN
        RETURN NULL;
    END IF;

    UPDATE socle_store.version u SET
        revision = u.revision + (u.revised_by IS DISTINCT FROM pg_current_xact_id())::int,
        revised_by = pg_current_xact_id(),
        rows = CASE WHEN TG_OP = 'TRUNCATE' THEN 0 ELSE u.rows + growth END
      WHERE u.collection = of_collection AND u.id = of_version
      RETURNING u.* INTO v;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    IF touched IS NULL OR touched > v.journal_bound THEN
        cut := v.revision;
    ELSIF v.journal_since < v.revision THEN
        EXECUTE format('INSERT INTO socle_store.change SELECT $1, $2, $3, k FROM (%s) t(k)', touched_keys)
          USING of_collection, of_version, v.revision;
        GET DIAGNOSTICS touched = ROW_COUNT;
        v.journal_size := v.journal_size + touched;
        IF v.journal_size > v.journal_bound THEN
            SELECT c.revision INTO cut FROM socle_store.change c
              WHERE c.collection = of_collection AND c.version = of_version
              ORDER BY c.revision OFFSET v.journal_size - v.journal_bound - 1 LIMIT 1;
        END IF;
    END IF;
    IF cut IS NOT NULL THEN
        DELETE FROM socle_store.change c
          WHERE c.collection = of_collection AND c.version = of_version AND c.revision <= cut;
        GET DIAGNOSTICS touched = ROW_COUNT;
        v.journal_size := v.journal_size - touched;
        v.journal_since := cut;
    END IF;
    UPDATE socle_store.version u SET journal_size = v.journal_size, journal_since = v.journal_since
      WHERE u.collection = of_collection AND u.id = of_version
        AND (u.journal_size, u.journal_since) IS DISTINCT FROM (v.journal_size, v.journal_since);

    PERFORM pg_notify('socle', of_collection);
    RETURN NULL;
END
$$;

-- watch_table has the edits of a version's table recorded, once it is loaded.
CREATE FUNCTION socle_store.watch_table(table_name text, collection text, version bigint, key_column text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rec text;
BEGIN
    EXECUTE format('CREATE TRIGGER socle_begin BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON socle_data.%I
        FOR EACH STATEMENT EXECUTE FUNCTION socle_store.begin_edit(%L, %L)', table_name, collection, version);
    rec := format('FOR EACH STATEMENT EXECUTE FUNCTION socle_store.record_edit(%L, %L, %L)', collection, version, key_column);
    EXECUTE format('CREATE TRIGGER socle_insert AFTER INSERT ON socle_data.%I REFERENCING NEW TABLE AS after_rows %s', table_name, rec);
    EXECUTE format('CREATE TRIGGER socle_update AFTER UPDATE ON socle_data.%I REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows %s', table_name, rec);
    EXECUTE format('CREATE TRIGGER socle_delete AFTER DELETE ON socle_data.%I REFERENCING OLD TABLE AS before_rows %s', table_name, rec);
    EXECUTE format('CREATE TRIGGER socle_truncate AFTER TRUNCATE ON socle_data.%I %s', table_name, rec);
END
$$;
