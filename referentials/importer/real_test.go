package importer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// data gives the path of a real file.
func data(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the real data is missing (%v): it lies in ../shared/data beside the checkout", err)
	}
	return path
}

func TestTry(t *testing.T) {
	for _, f := range filepath.SplitList(os.Getenv("TRY")) {
		m := &memoryStore{}
		r, err := Import(context.Background(), m, Options{Files: []string{data(t, f)}, As: os.Getenv("AS")})
		fmt.Println(r, err)
		if len(m.rows) > 0 {
			for i, f := range m.desc.Fields {
				fmt.Printf("   %s %s %s = %s\n", f.Name, f.Type, f.Role, m.rows[0].Values[i])
			}
		}
	}
}
