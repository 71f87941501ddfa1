package referentials

import (
	"errors"
	"fmt"
)

// Code says what kind of failure an [Error] is. HTTP statuses and exit codes are chosen
// from it, each in one table.
type Code string

// The codes.
const (
	Invalid     Code = "invalid"     // the input is wrong: a parameter, a file, a field
	NotFound    Code = "not-found"   // no such collection, feature, version
	Conflict    Code = "conflict"    // it would break what is there: a taken key, a newer version
	Unsupported Code = "unsupported" // understood, but not offered
	TooLarge    Code = "too-large"   // over a stated bound
	Refused     Code = "refused"     // access or confidentiality forbids it
	Gone        Code = "gone"        // it was there and is kept no longer
	Unavailable Code = "unavailable" // a database or a service does not answer now
	Internal    Code = "internal"    // our own fault
)

// Error is a failure a person can act on.
type Error struct {
	Code  Code
	What  string // what is wrong
	Where string // file, row, parameter, collection; may be empty
	Hint  string // what to do; may be empty
	Err   error  // the cause; may be nil
}

// Errorf makes an Error of a code with a formatted What; %w sets the cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, What: err.Error(), Err: errors.Unwrap(err)}
}

// At gives a copy that says where.
func (e *Error) At(format string, args ...any) *Error {
	c := *e
	c.Where = fmt.Sprintf(format, args...)
	return &c
}

// Do gives a copy that says what to do about it.
func (e *Error) Do(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// Error gives "where: what (hint)".
func (e *Error) Error() string {
	s := e.What
	if e.Where != "" {
		s = e.Where + ": " + s
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf gives the code of the first Error in err's chain, Internal when there is none
// and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
