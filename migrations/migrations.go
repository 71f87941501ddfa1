// Package migrations holds the SQL that brings a PostGIS database to the shape the store
// expects, one numbered file per step. Files are only ever added: a database somewhere has
// already run the ones that are here.
package migrations

import "embed"

// Files holds NNN_name.sql, numbered from 001 without a gap.
//
//go:embed *.sql
var Files embed.FS
