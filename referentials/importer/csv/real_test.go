package csv_test

import (
	"context"
	"testing"

	"socle/geo/crs"
	"socle/referentials/importer/csv"
	"socle/referentials/importer/source"
)

const shared = "../../../../shared/data/"

func open(t testing.TB, file string, opt csv.Options) *csv.Reader {
	t.Helper()
	ctx := context.Background()
	f, err := source.Open(ctx, shared+file, source.Options{})
	if err != nil {
		t.Fatal(err, " (the shared data folder lies beside the checkout)")
	}
	r, err := csv.Open(ctx, f, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRealFiles holds what the files are known to contain.
func TestRealFiles(t *testing.T) {
	for _, c := range []struct {
		file      string
		opt       csv.Options
		rows      int
		bad       int
		shapes    int
		fields    int
		first     string // name of the first field
		delim     byte
		encoding  source.Encoding
		crs       crs.CRS
		geometry  csv.Kind
		hasHeader bool
	}{
		{file: "rennes/rva_adresses_2013.csv.gz", rows: 85292, shapes: 85292, fields: 16, first: "ID_ADR", delim: ';', encoding: source.Latin9, crs: crs.EPSG(3948), geometry: csv.XY, hasHeader: true},
		{file: "rennes/toponymes_voies.csv.gz", rows: 1904, fields: 14, first: "column_1", delim: ';', encoding: source.UTF8},
		{file: "rennes/enedis_postes_electriques_rm.csv.gz", rows: 6867, shapes: 6867, fields: 11, first: "id", delim: ';', encoding: source.Latin9, geometry: csv.GeoJSON, hasHeader: true},
		{file: "rennes/iris_rennes_metropole.ods.csv.gz", rows: 172, shapes: 172, fields: 12, first: "gml_id", delim: ';', encoding: source.UTF8, geometry: csv.GeoJSON, hasHeader: true},
		{file: "rennes/sites_organismes.csv.gz", rows: 2169, shapes: -1, fields: 10, first: "id", delim: ';', encoding: source.UTF8, crs: crs.CRS84, geometry: csv.XY, hasHeader: true},
		{file: "insee/filosofi_disp_iris_2015.csv.gz", rows: 12227, fields: 32, first: "IRIS", delim: ',', encoding: source.UTF8, hasHeader: true},
		{file: "insee/filosofi_disp_iris_2018.csv.gz", rows: 12395, fields: 29, first: "IRIS", delim: ';', encoding: source.UTF8, hasHeader: true},
		{file: "insee/filosofi_disp_iris_2018_meta.csv.gz", rows: 12426, fields: 7, first: "COD_VAR", delim: '\t', encoding: source.UTF8, hasHeader: true},
		{file: "energie/dpe_ban_lozere_48.csv.gz", rows: 2594, bad: 2594, fields: 55, first: "Identifiant__BAN", delim: ';', encoding: source.UTF8, hasHeader: true},
		{file: "energie/dpe_ban_lozere_48.csv.gz", opt: csv.Options{RowNames: true}, rows: 2594, shapes: 2594, fields: 56, first: "column_1", delim: ';', encoding: source.UTF8, crs: crs.CRS84, geometry: csv.XY, hasHeader: true},
		{file: "defects/insee_caf_iris_2009.csv.gz", rows: 95, fields: 23, first: "REG", delim: ',', encoding: source.Windows1252, hasHeader: true},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := open(t, c.file, c.opt)
			rows, bad, shapes := 0, 0, 0
			for rec, err := range r.Records(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				rows++
				if rec.Err != nil {
					if bad++; bad == 1 {
						t.Log(rec.Err)
					}
					continue
				}
				if !rec.Geom.IsNull() {
					shapes++
				}
			}
			for _, n := range r.Notes() {
				t.Log(n)
			}
			t.Log(r.Ragged(), r.Ragged().LeadingUnnamed, rows, bad, shapes)
			if rows != c.rows || bad != c.bad || c.shapes >= 0 && shapes != c.shapes {
				t.Errorf("%d rows, %d bad, %d shapes", rows, bad, shapes)
			}
			if f := r.Fields(); len(f) != c.fields || f[0].Name != c.first {
				t.Errorf("%d fields, %v", len(f), f)
			}
			if r.Delimiter() != c.delim || r.Encoding() != c.encoding || r.CRS() != c.crs || r.Geometry().Kind != c.geometry || r.HasHeader() != c.hasHeader {
				t.Errorf("delimiter %q encoding %s crs %s geometry %q header %v", r.Delimiter(), r.Encoding(), r.CRS(), r.Geometry().Kind, r.HasHeader())
			}
		})
	}
}
