package filter

import (
	"strings"
	"testing"
	"unicode"
	"unsafe"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// TestFoldIsUnicodes compares with the whole algorithms, for which every character is
// folded by itself.
func TestFoldIsUnicodes(t *testing.T) {
	letters := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("aÉßıİǆΣς\u0301\u0327\u3099はﬃ'각ᄀ"))))
	var f Folder
	rapid.Check(t, func(t *rapid.T) {
		s := letters.Draw(t, "s")
		if got, want := string(f.Append("casei", nil, s)), cases.Fold().String(s); got != want {
			t.Fatalf("CASEI(%q) = %q, want %q", s, got, want)
		}
		bare := strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) && r != '\u3099' && r != '\u309a' {
				return -1
			}
			return r
		}, norm.NFD.String(s))
		if got, want := string(f.Append("accenti", nil, s)), norm.NFC.String(bare); got != want {
			t.Fatalf("ACCENTI(%q) = %q, want %q", s, got, want)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for _, op := range []string{"casei", "accenti"} {
		b.Run(op, func(b *testing.B) {
			var f Folder
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				dst = f.Append(op, dst[:0], "12 rue du Général de Gaulle n° 7")
			}
		})
	}
}

// What a Folder remembers must not be a view of a text that its caller writes over.
func TestFolderKeepsNoText(t *testing.T) {
	for _, op := range []string{"casei", "accenti"} {
		var f Folder
		buffer := []byte("é😀")
		view := unsafe.String(&buffer[0], len(buffer))
		want := string(f.Append(op, nil, view))
		copy(buffer, "xxxxxx")
		if got := string(f.Append(op, nil, "é😀")); got != want {
			t.Errorf("%s gives %q the second time, %q the first", op, got, want)
		}
	}
}
