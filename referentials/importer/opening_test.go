package importer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"socle/referentials"
)

// TestNothingIsOpenedByForgetting imports a collection with what its description keeps back,
// then the next file of it, which comes with less of a description or other columns.
func TestNothingIsOpenedByForgetting(t *testing.T) {
	const secret = "access: restricted\nprofile: insee-menages-11\nfields: {revenu: {disclosure: confidential}}\n"
	const part = "fields: {revenu: {disclosure: confidential}}\n"
	const columns = "id,nom,revenu\n1,a,2\n"
	for _, c := range []struct {
		name, before, after, data string
		says                      []string // in the error; none where it is imported
	}{
		{"the same again", secret, secret, columns, nil},
		{"no description", secret, "", columns, []string{"access was restricted", "profile insee-menages-11", `"revenu" was confidential`, "ids.csv.yaml"}},
		{"no profile", secret, "access: restricted\n" + part, columns, []string{"profile insee-menages-11"}},
		{"shared", secret, "access: shared\nprofile: insee-menages-11\n" + part, columns, nil},
		{"on purpose", secret, "access: open\nprofile: ''\nfields: {revenu: {disclosure: public}}\n", columns, nil},
		{"a field that is forgotten", part, "", columns, []string{`"revenu" was confidential`}},
		{"a field that is gone", part, "", "id,nom\n1,a\n", nil},
		{"a field by another name", part, "", "id,nom,revenus\n1,a,2\n", []string{`"revenus" is new`}},
		{"a new field that is told of", part, "fields: {age: {disclosure: public}}\n", "id,nom,age\n1,a,2\n", nil},
		{"a new field", part, part, "id,nom,revenu,age\n1,a,2,3\n", nil},
		{"nothing to keep back", "", "", columns, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := &memoryStore{}
			file := filepath.Join(t.TempDir(), "ids.csv")
			load := func(data, description string, current func(context.Context, string) (*referentials.Descriptor, error)) error {
				t.Helper()
				for name, text := range map[string]string{file: data, file + sidecarSuffix: description} {
					if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				_, err := Import(t.Context(), store, Options{Files: []string{file}, Key: "id", Current: current})
				return err
			}
			if err := load(columns, c.before, nil); err != nil {
				t.Fatal(err)
			}
			was := store.desc.Clone()
			err := load(c.data, c.after, func(_ context.Context, id string) (*referentials.Descriptor, error) {
				if id != was.ID {
					t.Errorf("the version before of %q is asked for", id)
				}
				return &was, nil
			})
			if c.says == nil && err != nil || c.says != nil && referentials.CodeOf(err) != referentials.Refused {
				t.Fatal(err)
			}
			for _, word := range c.says {
				if text := err.Error() + hinted(err); !strings.Contains(text, word) {
					t.Errorf("%q is not in: %s", word, text)
				}
			}
		})
	}
}

// TestJudgedWhenPublished: the version before may be another one than when the import began.
func TestJudgedWhenPublished(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ids.csv")
	if err := os.WriteFile(file, []byte("id,nom\n1,a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := func(context.Context, string) (*referentials.Descriptor, error) { return nil, nil }
	store := &memoryStore{now: &referentials.Descriptor{ID: "ids", Access: referentials.Restricted}}
	if _, err := Import(t.Context(), store, Options{Files: []string{file}, Key: "id", Current: none}); referentials.CodeOf(err) != referentials.Refused {
		t.Errorf("over a version that came meanwhile: %v", err)
	}
}

func hinted(err error) string {
	var e *referentials.Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}
