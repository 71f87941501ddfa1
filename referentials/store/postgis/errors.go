package postgis

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"socle/referentials"
)

// SQLSTATE codes that are met by name.
const (
	undefinedTable       = "42P01"
	invalidDefinition    = "42P16" // CREATE OR REPLACE VIEW with other columns
	wrongObjectType      = "42809"
	insufficientRight    = "42501"
	dependentObjects     = "2BP01"
	lockNotAvailable     = "55P03"
	uniqueViolation      = "23505"
	noSuchDatabase       = "3D000"
	featureNotSupported  = "0A000"
	undefinedFile        = "58P01"
	programLimitExceeded = "54000"
	tooManyColumns       = "54011"
)

func badURL(err error) *referentials.Error {
	return referentials.Errorf(referentials.Invalid, "the database's address cannot be read: %w", err).
		Do("write it as postgres://user:password@host:5432/database")
}

func noCollection(id string) error {
	return referentials.Errorf(referentials.NotFound, "there is no such collection").At("collection %s", id).Do("socle collections lists them")
}

// is tells whether err comes from PostgreSQL with one of the SQLSTATE codes.
func is(err error, codes ...string) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	for _, c := range codes {
		if pg.Code == c {
			return true
		}
	}
	return false
}

// explain turns an error of pgx into one a person can act on; id is the collection at
// stake, "" for none. Errors that are explained already pass as they are.
func explain(ctx context.Context, err error, id string) error {
	if err == nil {
		return nil
	}
	var done *referentials.Error
	if errors.As(err, &done) {
		return err
	}
	e := classify(ctx, err)
	if id != "" {
		e = e.At("collection %s", id)
	}
	return e
}

func classify(ctx context.Context, err error) *referentials.Error {
	if cause := ctx.Err(); cause != nil {
		return referentials.Errorf(referentials.Unavailable, "stopped before its end: %w", cause)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return referentials.Errorf(referentials.Unavailable, "the database did not answer in time: %w", err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return classifyServer(pg, err)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &connect):
		return referentials.Errorf(referentials.Unavailable, "the database cannot be reached: %w", err).
			Do("check that PostgreSQL runs and that the address is right")
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		strings.Contains(err.Error(), "conn closed"), pgconn.SafeToRetry(err):
		return referentials.Errorf(referentials.Unavailable, "the connection to the database was lost: %w", err).
			Do("try again when PostgreSQL is back")
	}
	return referentials.Errorf(referentials.Internal, "the database failed: %w", err)
}

func classifyServer(pg *pgconn.PgError, err error) *referentials.Error {
	fail := func(code referentials.Code, what string) *referentials.Error {
		return &referentials.Error{Code: code, What: what + ": " + pg.Message + detail(pg), Err: err}
	}
	switch pg.Code {
	case insufficientRight:
		return fail(referentials.Refused, "the database user lacks a right").
			Do("have the database's owner GRANT it, or connect as the owner")
	case noSuchDatabase:
		return fail(referentials.NotFound, "there is no such database").Do("create it with createdb")
	case uniqueViolation:
		return fail(referentials.Conflict, "a key is taken")
	case programLimitExceeded, tooManyColumns:
		return fail(referentials.TooLarge, "PostgreSQL cannot hold it")
	case lockNotAvailable:
		return fail(referentials.Conflict, "another session holds the collection").
			Do("end the transaction that reads or edits it (see pg_stat_activity), then try again")
	}
	switch pg.Code[:min(2, len(pg.Code))] {
	case "08", "57", "53":
		return fail(referentials.Unavailable, "the database does not serve now").Do("try again when PostgreSQL is back, and see its log")
	case "28":
		return fail(referentials.Refused, "the database refuses the login").Do("check the user and the password in the address")
	case "22", "23":
		return fail(referentials.Invalid, "the database refuses a value")
	case "40":
		return fail(referentials.Conflict, "another edit came between").Do("try again")
	}
	return fail(referentials.Internal, "the database failed")
}

func detail(pg *pgconn.PgError) string {
	if pg.Detail == "" {
		return ""
	}
	return " (" + pg.Detail + ")"
}
