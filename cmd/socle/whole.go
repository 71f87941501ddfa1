package main

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"socle/referentials"
)

// writeWhole writes a file beside its final place and renames it once it is complete. It
// replaces what a link leads to, and those may read it who might read what it replaces.
func writeWhole(path string, write func(*os.File) error) error {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	f, err := createBeside(path)
	if err != nil {
		return unwritable(path, err)
	}
	err = complete(f, write)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		return nil
	}
	_ = os.Remove(f.Name()) // what failed is the cause
	if inPath := (*fs.PathError)(nil); errors.As(err, &inPath) && inPath.Path != f.Name() && !full(err) {
		return err // of what was read meanwhile
	}
	return unwritable(path, err)
}

// createBeside makes a file for what is to be at path. A new one is as open as the umask lets
// it be, which that of os.CreateTemp is not.
func createBeside(path string) (*os.File, error) {
	before, err := os.Stat(path)
	f, failed := os.OpenFile(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text()), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if failed != nil || err != nil || !before.Mode().IsRegular() {
		return f, failed
	}
	if err := f.Chmod(before.Mode().Perm()); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return f, nil
}

func complete(f *os.File, write func(*os.File) error) error {
	if err := write(f); err != nil {
		return err
	}
	return f.Sync()
}

func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// unwritable says why path could not be written and what to do. Errors that are not of
// the file system pass.
func unwritable(path string, err error) error {
	var told *referentials.Error
	if errors.As(err, &told) {
		return err
	}
	var inPath *fs.PathError
	var inLink *os.LinkError
	switch {
	case full(err):
		return referentials.Errorf(referentials.Unavailable, "the disk is full").At("%s", path).Do("make room and try again")
	case errors.As(err, &inPath):
		err = inPath.Err // its path is that of a temporary file
	case errors.As(err, &inLink):
		err = inLink.Err
	default:
		return err
	}
	failed := referentials.Errorf(referentials.Unavailable, "cannot write there: %w", err).At("%s", path)
	if errors.Is(err, fs.ErrNotExist) {
		return failed.Do("make the folder %s first", filepath.Dir(path))
	}
	return failed
}
