package address

import (
	"encoding/json"
	"os"
	"testing"
)

const shared = "../../../shared/"

// TestPhonetic holds phonetic to the vectors of a geocoder whose rules it shares no line of.
func TestPhonetic(t *testing.T) {
	data, err := os.ReadFile(shared + "vectors/geocoder/addok-fr_phonemicize.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Vectors map[string][][2]string `json:"vectors"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, v := range doc.Vectors["test_phonemicize"] {
		seen++
		if got := string(phonetic(nil, []byte(v[0]))); got != v[1] {
			t.Errorf("%s sounds like %s, want %s", v[0], got, v[1])
		}
	}
	if seen < 100 {
		t.Errorf("only %d vectors", seen)
	}
}
