package address

import "strings"

// articles carry next to no meaning: a name is the same with and without them.
var articles = set("de du des d la le les l a au aux et en")

// numbers are written as words.
var numbers = map[string]int32{
	"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
	"onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20,
	"trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "cent": 100, "cents": 100, "mil": 1000, "mille": 1000,
}

var ordinals = map[string]int32{
	"premier": 1, "premiere": 1, "deuxieme": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "sixieme": 6, "septieme": 7,
	"huitieme": 8, "neuvieme": 9, "dixieme": 10, "onzieme": 11, "douzieme": 12, "treizieme": 13, "quatorzieme": 14,
	"quinzieme": 15, "seizieme": 16, "vingtieme": 20, "trentieme": 30, "quarantieme": 40, "cinquantieme": 50,
}

// abbreviations are those of the postal service and of the tax office's street register,
// with what people write. Both names and texts are spelled out, so that either finds the
// other. Two- and three-letter ones that are also words or suffixes are left out.
var abbreviations = spelledOut(`
all al alle: allee|av ave aven: avenue|bd bld blvd boul bvd boulev boulevart: boulevard|bcle: boucle|brg: bourg|carr caref: carrefour
ch che chem: chemin|chs chss chse chaus: chaussee|cht chat: chateau|cit: cite|clos: clos|cor: corniche|crs: cours|ctre: centre
cc: centre commercial|domn dom: domaine|esp espl: esplanade|fg fbg fbourg faub: faubourg|frm: ferme|gal gl gnl gen: general|gale galr: galerie
gd: grand|gde: grande|gds: grands|gdes: grandes|ham: hameau|hlm: habitation loyer modere|hop hosp: hopital|imp imps: impasse
jard: jardin|lot lotis lotiss: lotissement|lieut lt: lieutenant|mal mch marech: marechal|mais: maison|mgr: monseigneur|mlle: mademoiselle
mme: madame|mln: moulin|mte: montee|mt: mont|nd: notre dame|pass psg psge pge: passage|pl pla plce: place|plt: plateau|pte: porte
pnt: pointe|prom: promenade|pdt presid: president|prof pr: professeur|prv: parvis|qu: quai|quart qrt qua: quartier|res resid: residence
rpt rdpt rdpoint rondpoint rpoint: rond point|rte: route|rle ruel: ruelle|rn: route nationale|sen sent: sentier|sq squ sqr: square
st: saint|ste: sainte|sts: saints|stes: saintes|ss: sous|std: stade|tsse: terrasse|trav: traverse|ven: venelle|vge vlge: village|vla: villa
za: zone artisanale|zac: zone amenagement concerte|zi: zone industrielle|zone: zone|cap cne: capitaine|cdt cmdt comdt: commandant|col: colonel
dr doct docteurs: docteur|ing: ingenieur|ings: ingenieurs|sgt: sergent|adj: adjudant|amir: amiral|abb: abbe|rep repub: republique|univ: universite
ht: haut|hte: haute|hts: hauts|htes: hautes|bs: bas|anc: ancien|nouv: nouveau|ptit pt: petit|ptite: petite|vx: vieux|vle: vieille
jn: jean|ii: 2|iii: 3|iv: 4|vi: 6|vii: 7|viii: 8|ix: 9|xi: 11|xii: 12|xiii: 13|xiv: 14|xv: 15|xvi: 16|xvii: 17|xviii: 18|xix: 19|xx: 20|xxiii: 23`)

func spelledOut(table string) map[string][]string {
	out := map[string][]string{}
	for _, entry := range strings.FieldsFunc(table, func(r rune) bool { return r == '|' || r == '\n' }) {
		short, long, _ := strings.Cut(entry, ":")
		for _, s := range strings.Fields(short) {
			out[s] = strings.Fields(long)
		}
	}
	return out
}

// kinds are what names of streets begin with; a name that begins otherwise is a locality.
var kinds = set(`allee avenue boulevard boucle bretelle canal carre carrefour chaussee chemin cite clos contour cour cours
courtil domaine escalier esplanade faubourg galerie grand grande impasse jardin lotissement mail montee parc parvis passage
passerelle petit petite place placette placis placitre pont porche porte promenade quai quartier residence rocade rond route
rue ruelle ruelles sente sentier sillon square terrasse traverse venelle villa voie zone`)

// complements are followed by a number or a letter that is no part of the address: the
// flat, the floor, the letter box. Those that are true bring figures along whatever follows.
var complements = map[string]bool{
	"bp": true, "cs": true, "tsa": true, "cedex": true, "cdx": true, "cidex": true, "boite": false,
	"appt": false, "apt": false, "app": false, "appartement": false, "etage": false, "etg": false, "esc": false, "escalier": false,
	"hall": false, "entree": false, "porte": false, "lgt": false, "logement": false, "chambre": false, "bureau": false, "bal": false,
}

// fillers are words that people write beside an address and that mean nothing here.
var fillers = set("lieu dit lieudit ld france no num numero f fr")

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// Suffixes of house numbers, in the order they follow each other; letters come after.
const (
	noSuffix = iota
	suffixBis
	suffixTer
	suffixQuater
	suffixQuinquies
	suffixA = 10
)

// suffixOf reads a suffix, 0 when it is none.
func suffixOf(t []byte) uint8 {
	switch string(t) {
	case "bis":
		return suffixBis
	case "ter":
		return suffixTer
	case "quater", "quat":
		return suffixQuater
	case "quinquies", "quinq":
		return suffixQuinquies
	}
	if len(t) == 1 && t[0] >= 'a' && t[0] <= 'z' {
		return suffixA + t[0] - 'a'
	}
	return noSuffix
}

var suffixTexts = suffixTable()

func suffixTable() (t [suffixA + 26]string) {
	t[suffixBis], t[suffixTer], t[suffixQuater], t[suffixQuinquies] = "bis", "ter", "quater", "quinquies"
	for c := range 26 {
		t[suffixA+c] = string(rune('a' + c))
	}
	return t
}

// meant gives the suffix that a single letter stands for beside itself: b is bis.
func meant(suffix uint8) uint8 {
	switch suffix {
	case suffixA + 'b' - 'a':
		return suffixBis
	case suffixA + 't' - 'a':
		return suffixTer
	case suffixA + 'q' - 'a':
		return suffixQuater
	}
	return noSuffix
}
