package address

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// open reads a compressed file of the real data.
func open(name string) (io.Reader, error) {
	f, err := os.Open(shared + "data/rennes/" + name)
	if err != nil {
		return nil, err
	}
	return gzip.NewReader(bufio.NewReader(f)) // the process ends soon
}

func table(r io.Reader) ([]map[string]string, error) {
	c := csv.NewReader(r)
	c.Comma, c.LazyQuotes, c.FieldsPerRecord = ';', true, -1
	all, err := c.ReadAll()
	if err != nil {
		return nil, err
	}
	var out []map[string]string
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, v := range row {
			if i < len(all[0]) {
				m[all[0][i]] = v
			}
		}
		out = append(out, m)
	}
	return out, nil
}

func decimal(s string) float64 {
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil {
		return 0
	}
	return v
}

// town is the real register and its index.
type town struct {
	rows  []Address
	sites []map[string]string
	city  map[string]string
	index *Index
}

// rennes reads the register of 2013, the communes of the department, and the postcodes that
// organisations write.
var rennes = sync.OnceValues(func() (*town, error) {
	t := &town{city: map[string]string{}}
	r, err := open("communes35.geojson.gz")
	if err != nil {
		return nil, err
	}
	var doc struct {
		Features []struct {
			Properties struct {
				Code []string `json:"com_code"`
				Name []string `json:"com_name"`
			} `json:"properties"`
		} `json:"features"`
	}
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		return nil, err
	}
	for _, f := range doc.Features {
		t.city[f.Properties.Code[0]] = f.Properties.Name[0]
	}
	if r, err = open("rva_adresses_2013.csv.gz"); err != nil {
		return nil, err
	}
	rows, err := table(charmap.ISO8859_15.NewDecoder().Reader(r))
	if err != nil {
		return nil, err
	}
	for _, m := range rows {
		n, _ := strconv.Atoi(m["NUMERO"])
		t.rows = append(t.rows, Address{
			ID: m["ID_ADR"], Number: int32(n), Suffix: m["EXTENSION"], Building: m["BATIMENT"], StreetID: m["ID_VOIE"], StreetName: m["VOIE_NOM"],
			CityCode: m["CODE_INSEE"], City: t.city[m["CODE_INSEE"]], Position: Position{decimal(m["X_WGS84"]), decimal(m["Y_WGS84"])},
		})
	}
	if r, err = open("sites_organismes.csv.gz"); err != nil {
		return nil, err
	}
	if t.sites, err = table(r); err != nil {
		return nil, err
	}
	t.index = t.build()
	return t, nil
})

func (t *town) build() *Index {
	b := NewBuilder()
	for code, name := range t.city {
		b.AddCommune(Commune{Code: code, Name: name, Position: NoPosition})
	}
	for i := range t.rows {
		b.Add(&t.rows[i])
	}
	for _, s := range t.sites {
		b.SeePostcode(s["code_postal"], s["commune"])
	}
	return b.Build("test")
}

func realTown(t testing.TB) *town {
	t.Helper()
	r, err := rennes()
	if err != nil {
		t.Fatalf("%v (the real data lies in ../shared/data beside the checkout)", err)
	}
	return r
}
