package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestWriteWhole: a file that is written anew is read by those who read it before, stays where
// a link says it is, and is otherwise as open as any new file of the user.
func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, mode := range map[string]os.FileMode{"usual.csv": 0o666, "private.csv": 0o600} {
		if err := os.WriteFile(at(name), []byte("before"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("private.csv", at("link.csv")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"new.csv", "link.csv"} {
		err := writeWhole(at(name), func(f *os.File) error {
			_, err := f.WriteString("after")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	mode := func(name string) os.FileMode {
		info, err := os.Lstat(at(name))
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode()
	}
	if got, want := mode("new.csv"), mode("usual.csv"); got != want {
		t.Errorf("a new file has the mode %v, not %v", got, want)
	}
	if got := mode("private.csv"); got != 0o600 || mode("link.csv").IsRegular() || readFile(t, at("private.csv")) != "after" {
		t.Errorf("what a link leads to has the mode %v, and the link is a %v", got, mode("link.csv"))
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 4 {
		t.Errorf("there are %v, %v", left, err)
	}
}
