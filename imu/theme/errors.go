package theme

import (
	"errors"

	"socle/referentials"
)

// at adds the part of the question to where an error says it is.
func at(err error, where string) error {
	var e *referentials.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Where != "" {
		where += ", " + e.Where
	}
	return e.At("%s", where)
}
