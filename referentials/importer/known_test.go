package importer

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/catalog"
)

// written imports a text as a file of that name.
func written(t *testing.T, name, text string, opt Options) (*memoryStore, *Report, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m := &memoryStore{}
	opt.Files = []string{file}
	r, err := Import(context.Background(), m, opt)
	return m, r, err
}

// TestFrenchFormats holds a few rows of each format that is told by its columns.
func TestFrenchFormats(t *testing.T) {
	for _, c := range []struct {
		name, known, collection, key string
		geometry                     geo.Type
		crs                          crs.CRS
		text                         string
		want                         map[string]string // values of the row of that key
	}{
		{
			"RVA streets", "RVA streets", "voies", "6840", geo.None, crs.CRS{},
			"code_insee;id_voie;fantoir;type;voie_nom;voie_nom_complet;article1;prenom1;article2;prenom2;particule;nom\r\n" +
				"35001;6840;0012;Allée;Beau Rivage;Allée Beau Rivage;;;;;;Beau Rivage\r\n35238;26174;;Rue;Hannah Arendt;Rue Hannah Arendt;;Hannah;;;;Arendt\r\n",
			map[string]string{"fantoir": "0012", "type": "Allée", "voie_nom_complet": "Allée Beau Rivage", "code_insee": "35001"},
		},
		{
			"BAL 1.3", "BAL 1.3", "adresses", "35238_0123_00012_bis", geo.Point, crs.CRS84,
			"uid_adresse;cle_interop;commune_insee;commune_nom;commune_deleguee_insee;commune_deleguee_nom;voie_nom;lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune\n" +
				";35238_0123_00012_bis;35238;Rennes;;;Rue de la Soif;;12;bis;entrée;352000;6789500;-1.6794;48.1119;352380000AB0012|352380000AB0013;RM;2023-05-01;1\n" +
				";35238_0123_00014;35238;Rennes;;;Rue de la Soif;;14;;entrée;352010;6789510;-1.6793;48.1120;;RM;2023-05-01;0\n",
			map[string]string{"numero": "12", "extension": "bis", "voie_nom": "Rue de la Soif", "code_insee": "35238", "nom_commune": "Rennes",
				"certification_commune": "true", "date_der_maj": "2023-05-01", "cad_parcelles": "352380000AB0012|352380000AB0013"},
		},
		{
			"BAL 1.4", "BAL 1.4", "adresses", "35238_0123_00012", geo.Point, crs.CRS84,
			"id_ban_commune;id_ban_toponyme;id_ban_adresse;cle_interop;commune_insee;commune_nom;voie_nom;numero;suffixe;position;x;y;long;lat;source;date_der_maj;certification_commune\n" +
				"c1;t1;a1;35238_0123_00012;35238;Rennes;Rue de la Soif;12;;entrée;352000;6789500;-1.6794;48.1119;RM;2023-05-01;1\n",
			map[string]string{"id_voie": "t1", "id_ban_adresse": "a1", "numero": "12"},
		},
		{
			"BAL 1.5", "BAL 1.5", "adresses", "a1", geo.Point, crs.CRS84,
			"id_ban_commune;id_ban_toponyme;id_ban_adresse;commune_insee;commune_nom;toponyme;numero;suffixe;position;x;y;long;lat;source;date_der_maj;certification_commune\n" +
				"c1;t1;a1;35238;Rennes;Rue de la Soif;12;;entrée;352000;6789500;-1.6794;48.1119;RM;2023-05-01;1\n",
			map[string]string{"id_voie": "t1", "voie_nom": "Rue de la Soif", "x": "352000"},
		},
		{
			"BAN", "BAN", "adresses", "35238_0123_00012_bis", geo.Point, crs.CRS84,
			"id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;source_nom_voie;certification_commune;cad_parcelles\n" +
				"35238_0123_00012_bis;35238_0123;12;bis;Rue de la Soif;35000;35238;Rennes;;;352000;6789500;-1.6794;48.1119;entrée;;;RENNES;RUE DE LA SOIF;commune;commune;1;\n",
			map[string]string{"id_voie": "35238_0123", "extension": "bis", "code_postal": "35000", "position": "entrée", "nom_afnor": "RUE DE LA SOIF"},
		},
		{
			"Filosofi 200 m", "Filosofi 200 m grid", "carreaux_200m", "CRS3035RES200mN2853600E3467000", geo.None, crs.CRS{},
			"idcar_200m,idcar_1km,i_est_200,lcog_geo,ind,men,men_pauv\nCRS3035RES200mN2853600E3467000,CRS3035RES1000mN2853000E3467000,1,35238,12.5,6,1.5\n",
			map[string]string{"ind": "12.5", "i_est_200": "1", "idcar_1km": "CRS3035RES1000mN2853000E3467000"},
		},
		{
			"census", "census by IRIS", "recensement_iris", "352380101", geo.None, crs.CRS{},
			"IRIS;REG;DEP;COM;LIBIRIS;TYP_IRIS;P20_POP;C20_MEN;P20_LOG\n352380101;53;35;35238;Vilaine;H;2512.345;1500.5;1800\n350010000;53;35;35001;Acigné;Z;6800;2700;2900\n",
			map[string]string{"p_pop": "2512.345", "c_men": "1500.5", "p_log": "1800", "typ_iris": "H", "reg": "53"},
		},
		{
			"Enedis, one spelling", "Enedis by address", "conso_elec_adresse", "1", geo.None, crs.CRS{},
			"annee;code_iris;nom_iris;numero_de_voie;indice_de_repetition;type_de_voie;libelle_de_voie;code_commune;nom_commune;segment_de_client;nombre_de_logements;consommation_annuelle_totale_de_l_adresse_mwh;consommation_annuelle_moyenne_par_site_de_l_adresse_mwh;adresse\n" +
				"2022;352380101;Vilaine;12;B;RUE;DE LA SOIF;35238;Rennes;RESIDENTIEL;14;56.789;4.056;12 B RUE DE LA SOIF\n",
			map[string]string{"annee": "2022", "nombre_de_logements": "14", "consommation_annuelle_totale_de_l_adresse_mwh": "56.789", "indice_de_repetition": "B"},
		},
		{
			"Enedis, the other spelling", "Enedis by address", "conso_elec_adresse", "1", geo.None, crs.CRS{},
			"Année;Code IRIS;Nom IRIS;Numéro de voie;Type de voie;Libellé de voie;Code Commune;Nom Commune;Segment de client;Nombre de logements;consommation_annuelle_totale_de_ladresse_mwh;Adresse\n" +
				"2022;352380101;Vilaine;12;RUE;DE LA SOIF;35238;Rennes;RESIDENTIEL;14;56,789;12 RUE DE LA SOIF\n",
			map[string]string{"consommation_annuelle_totale_de_l_adresse_mwh": "56.789", "code_iris": "352380101", "adresse": "12 RUE DE LA SOIF"},
		},
		{
			"GRDF", "GRDF by address", "conso_gaz_adresse", "1", geo.None, crs.CRS{},
			"annee;code_iris;code_commune;libelle_de_voie;nombre_de_pdl;consommation_annuelle_totale_de_l_adresse_mwh\n2022;352380101;35238;RUE X;12;88.5\n",
			map[string]string{"nombre_de_logements": "12", "consommation_annuelle_totale_de_l_adresse_mwh": "88.5"},
		},
		{
			"SDES", "SDES by address", "conso_elec_adresse", "1", geo.Point, crs.EPSG(2154),
			"OPERATEUR;ANNEE;IRIS;FILIERE;LAMBERT_93_X;LAMBERT_93_Y;ADRESSE;NOM_COMMUNE;CODE_GRAND_SECTEUR;CONSO;PDL;ALERTE_CONSO_IRIS\n" +
				"ENEDIS;2022;352380101;E;352000,5;6789500;12 RUE X;RENNES;R;56,7;14;\nENEDIS;2022;352380101;E;;;13 RUE X;RENNES;R;1,5;11;\n",
			map[string]string{"operateur": "ENEDIS", "consommation_annuelle_totale_de_l_adresse_mwh": "56.7", "nombre_de_logements": "14", "code_iris": "352380101"},
		},
		{
			"energy by IRIS", "energy by IRIS", "conso_iris", "1", geo.None, crs.CRS{},
			"operateur;annee;filiere;code_iris;libelle_iris;code_grand_secteur;conso;pdl;nombre_mailles_secretisees\nEnedis;2022;Electricité;352380101;Vilaine;R;1234.5;900;0\nEnedis;2022;Electricité;352380102;X;R;;;1\n",
			map[string]string{"conso_totale_mwh": "1234.5", "nb_sites": "900", "nombre_de_mailles_secretisees": "0", "nom_iris": "Vilaine"},
		},
		{
			"eco-counters", "eco-counters", "comptages", "1", geo.Point, crs.CRS84,
			"date;isoDate;counts;status;ID;name;geo;sens\n2021-03-01T01:00:00+01:00;2021-03-01T00:00:00+0000;12;raw;100003096;Eco-Display Place de Bretagne;48.1097,-1.6860;1\n" +
				"2021-03-01T02:00:00+01:00;2021-03-01T01:00:00+0000;3;raw;100003096;Eco-Display Place de Bretagne;48.1097,-1.6860;1\n",
			map[string]string{"counts": "12", "date": "2021-03-01T00:00:00Z", "id": "100003096", "sens": "1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, r, err := written(t, "fichier.csv", c.text, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if m.desc.ID != c.collection || r.Files[0].Known != c.known || r.Rejected > 0 {
				t.Fatalf("taken as %s into %s\n%s", r.Files[0].Known, m.desc.ID, r)
			}
			if m.desc.Geometry != c.geometry || m.desc.CRS != c.crs {
				t.Errorf("geometry %s in %s", m.desc.Geometry, m.desc.CRS)
			}
			for field, want := range c.want {
				if got := m.get(c.key, field); got != want {
					t.Errorf("%s = %q, not %q", field, got, want)
				}
			}
		})
	}
}

func TestRNB(t *testing.T) {
	m, r, err := written(t, "rnb.csv", "rnb_id;point;shape;status;ext_ids;addresses;plots\n"+
		`bdg1-4xyz-8abc;"SRID=4326;POINT(-1.68 48.11)";"SRID=4326;POLYGON((-1.68 48.11,-1.679 48.11,-1.679 48.111,-1.68 48.11))";constructed;"[{""id"": ""x"", ""source"": ""bdtopo""}]";[];[]`+"\n"+
		`BDG1 4XYZ 8ABC;"SRID=4326;POINT(-1.68 48.11)";"SRID=4326;POLYGON((-1.68 48.11,-1.679 48.11,-1.679 48.111,-1.68 48.11))";constructed;[];[];[]`+"\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m.desc.ID != "batiments" || m.desc.Geometry != geo.MultiPolygon {
		t.Fatalf("%s %s\n%s", m.desc.ID, m.desc.Geometry, r)
	}
	if got := m.get("BDG14XYZ8ABC", "etat"); got != "constructed" {
		t.Errorf("etat = %q", got)
	}
	if got := m.desc.Fields[m.desc.FieldIndex("ext_ids")].Type; got != referentials.JSON {
		t.Errorf("ext_ids is a %s", got)
	}
	wantTally(t, r.Rejects, "has the gml_id of an earlier row", 1)
}

// A row of one energy never passes as one of another: their disclosure rules differ.
func TestEnergiesStayApart(t *testing.T) {
	const header = "operateur;annee;filiere;code_iris;libelle_de_voie;code_commune;segment_de_client;nombre_de_logements;consommation_annuelle_totale_de_l_adresse_mwh\n"
	elec := "Enedis;2022;Electricité;352380101;RUE X;35238;RESIDENTIEL;12;88.5\n"
	gas := "GRDF;2022;Gaz;352380101;RUE X;35238;RESIDENTIEL;12;99.5\n"
	for _, c := range []struct {
		text, as, id       string
		accepted, rejected int64
	}{
		{elec, "", "conso_elec_adresse", 1, 0},
		{gas, "", "conso_gaz_adresse", 1, 0},
		{gas + elec, "", "conso_gaz_adresse", 1, 1},
		{gas + elec, "conso_elec_adresse", "conso_elec_adresse", 1, 1},
	} {
		m, r, err := written(t, "t.csv", header+c.text, Options{As: c.as})
		if err != nil {
			t.Fatal(err)
		}
		if m.desc.ID != c.id || r.Accepted != c.accepted || r.Rejected != c.rejected {
			t.Errorf("%q as %q:\n%s", c.text, c.as, r)
		}
		if m.desc.IsPublic() {
			t.Error("micro-data is public")
		}
	}
	if _, _, err := written(t, "t.csv", header+gas, Options{As: "conso_elec_adresse"}); err == nil || !strings.Contains(err.Error(), "is of gas: conso_elec_adresse takes electricity") {
		t.Errorf("gas as electricity: %v", err)
	}
}

func TestUnrecognisedMicroDataIsRestricted(t *testing.T) {
	m, r, err := written(t, "t.csv", "rue;consommation annuelle totale de l'adresse (MWh)\nX;12\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m.desc.Access != referentials.Restricted {
		t.Errorf("access %s", m.desc.Access)
	}
	wantNote(t, r, "the collection is restricted")
}

// Rows whose positions contradict each other are told, and kept as the first says.
func TestPositionsThatDisagreeAreTold(t *testing.T) {
	text := "ID_ADR;NUMERO;EXTENSION;BATIMENT;ANGLE_GRD;ANGLE_DEG;CODE_INSEE;ID_VOIE;VOIE_NOM;ADR_CPLETE;X_LAMBCC48;Y_LAMBCC48;X_LAMB93;Y_LAMB93;X_WGS84;Y_WGS84\r\n" +
		"41205;1;;;171,1;-64,0;35001;6840;Allée Beau Rivage;1 Allée Beau Rivage;1362371,13;7224509,27;362520,04;6790886,42;-1,5388132536;48,1310284619\r\n" +
		"41201;2;;;16,6;75,0;35001;6840;Allée Beau Rivage;2 Allée Beau Rivage;1362386,26;7224467,78;362535,22;6790944,97;-1,5385775188;48,1306639624\r\n"
	m, r, err := written(t, "rva.csv", text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantNote(t, r, "1 row has a position in x_lamb93, y_lamb93 that is over 1 m from the geometry, up to 100")
	wantNote(t, r, "(row 2)")
	if xy := m.rows[1].Geom.XY; !slices.Equal(xy, []float64{1362386.26, 7224467.78}) {
		t.Errorf("the point is %v", xy)
	}
}

func TestRaggedRows(t *testing.T) {
	_, r, err := written(t, "t.csv", "id;a;b\n1;x;y\n2;x\n3;x;y;z\n4;x;y\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Accepted != 2 || r.Rejected != 2 {
		t.Errorf("%s", r)
	}
}

func TestOneMoreValueThatIsNoRowNumberIsRefused(t *testing.T) {
	m, r, err := written(t, "t.csv", "id;a\n7;x;y\n9;x;y\n5;x;z\n", Options{})
	if err == nil || len(m.rows) > 0 {
		t.Errorf("rows with more values than names are taken, shifted\n%s", r)
	}
}

func TestForcedReading(t *testing.T) {
	m, _, err := written(t, "t.csv", "id|v\n1|1,234\n2|1.5\n", Options{Delimiter: "|", DecimalComma: true, Encoding: "UTF-8"})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.get("1", "v"); got != "1.234" {
		t.Errorf("v = %q", got)
	}
	if _, _, err := written(t, "t.csv", "a\n1\n", Options{Delimiter: ";;"}); referentials.CodeOf(err) != referentials.Invalid {
		t.Errorf("a delimiter of two characters: %v", err)
	}
	if _, _, err := written(t, "t.csv", "a\n1\n", Options{Encoding: "martian"}); err == nil {
		t.Error("an encoding that is none is taken")
	}
}

// Every known format leads to a collection of the catalog, and the fields it names are
// that collection's.
func TestKnownFormatsFitTheCatalog(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range knownFormats() {
		if seen[k.id] {
			t.Errorf("two formats are called %s", k.id)
		}
		seen[k.id] = true
		d, ok := catalog.Lookup(k.collection)
		if !ok {
			t.Errorf("%s leads to %s, which is not in the catalog", k.id, k.collection)
			continue
		}
		for column, field := range k.columns {
			if d.FieldIndex(field) < 0 {
				t.Errorf("%s: column %s becomes %s, which %s has not", k.id, column, field, d.ID)
			}
			if fold(column) != column {
				t.Errorf("%s: column %s is not folded", k.id, column)
			}
		}
		for _, names := range k.signature {
			for n := range strings.SplitSeq(names, "|") {
				if n = strings.TrimSuffix(n, "*"); fold(n) != strings.TrimSuffix(n, "_") {
					t.Errorf("%s: signature %s is not folded", k.id, n)
				}
			}
		}
		if (len(k.header) > 0) != (k.looks != nil) || len(k.header) == 0 && len(k.signature) == 0 {
			t.Errorf("%s cannot be recognised", k.id)
		}
	}
}

// Every name a producer gives leads to one field only, also once folded.
func TestCatalogAliasesStayApartWhenFolded(t *testing.T) {
	for _, d := range catalog.All() {
		owner := map[string]string{}
		for _, f := range d.Fields {
			for _, n := range append([]string{f.Name}, f.Aliases...) {
				if other := owner[fold(n)]; other != "" {
					t.Errorf("%s: %q is a name of %s and of %s", d.ID, n, other, f.Name)
				}
				owner[fold(n)] = f.Name
			}
		}
	}
}
