package referentials_test

import (
	"strings"
	"testing"

	"socle/referentials"
)

func TestNearest(t *testing.T) {
	known := []string{"id_adr", "numero", "voie_nom", "code_insee", "né_en"}
	for name, want := range map[string]string{
		"id_ad": "id_adr", "NUMERO": "numero", "voie_non": "voie_nom", "codeinsee": "code_insee", "ne_en": "né_en",
		"geometry": "", "": "", "x": "", strings.Repeat("a", 100): "",
	} {
		if got := referentials.Nearest(name, known); got != want {
			t.Errorf("%.20q: %q, want %q", name, got, want)
		}
	}
}
