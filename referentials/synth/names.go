package synth

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"
)

// streetName is a name in the parts the street register keeps.
type streetName struct {
	kind                   string // Rue, Allée…
	article, first, second string // article1, prenom1, prenom2
	particle, proper       string
}

// short is the name without its kind: "de la Fontaine", "Victor Hugo".
func (n streetName) short() string {
	var b strings.Builder
	for _, part := range []string{n.article, n.first, n.second, n.particle, n.proper} {
		if part == "" {
			continue
		}
		if s := b.String(); s != "" && !strings.HasSuffix(s, "'") {
			b.WriteByte(' ')
		}
		b.WriteString(part)
	}
	return b.String()
}

// full is the name as people write it: "Rue de la Fontaine".
func (n streetName) full() string { return n.kind + " " + n.short() }

// The words names are made of. Persons are historic; other first and family names are
// joined at random and mean nobody.
var (
	persons = []string{
		"Victor|Hugo", "Jean|Jaurès", "Émile|Zola", "Louis|Pasteur", "Marie|Curie", "Jules|Ferry", "Jules|Verne",
		"Claude|Monet", "Auguste|Renoir", "Honoré de|Balzac", "Gustave|Flaubert", "George|Sand", "Paul|Verlaine",
		"Arthur|Rimbaud", "Charles|Baudelaire", "Alphonse de|Lamartine", "Alfred de|Musset", "Frédéric|Chopin",
		"Maurice|Ravel", "Claude|Debussy", "Georges|Bizet", "Hector|Berlioz", "Olympe de|Gouges", "Louise|Michel",
		"Simone|Veil", "Simone de|Beauvoir", "Jean|Moulin", "Lucie|Aubrac", "Pierre|Brossolette", "Aristide|Briand",
		"Léon|Blum", "Pierre|Mendès France", "Denis|Papin", "Antoine|Lavoisier", "Blaise|Pascal", "René|Descartes",
		"Jean-Jacques|Rousseau", "Denis|Diderot", "Ambroise|Paré", "René|Laennec", "Ada|Lovelace", "Rosa|Parks",
		"Édith|Piaf", "Georges|Brassens", "Jacques|Brel", "Jean|Mermoz", "Hélène|Boucher", "Louis|Blériot",
		"Gustave|Eiffel", "Sophie|Germain", "Émilie du|Châtelet", "Camille|Claudel", "Berthe|Morisot", "Jacques|Cartier",
		"Robert|Surcouf", "Pierre|Loti", "Anatole|France", "Max|Jacob", "François|Villon", "Clément|Marot", "Madame de|Sévigné",
	}
	firsts = strings.Fields(`Adèle Agathe Aimée Alain Albert Alexis Alice Aline Amédée Anaïs André Andrée Angèle Anne Antoine Armand Auguste
		Augustin Aurélie Baptiste Barnabé Béatrice Benoît Bertrand Blanche Brice Camille Catherine Cécile Célestin Céleste Charles Charlotte Claire
		Clémence Clément Colette Constance Cyprien Daniel Delphine Denise Désiré Édouard Eugène Eugénie Étienne Fanny Félix Fernand Florent François
		Françoise Gabriel Gaston Geneviève Georges Germaine Gilbert Guillaume Hélène Henri Hervé Hippolyte Honorine Hubert Irène Isidore Jacques Jeanne
		Joachim Joseph Joséphine Jules Julie Juliette Justin Lazare Léon Léonie Léontine Louis Louise Lucien Lucienne Madeleine Marcel Marguerite Marius Marthe
		Mathilde Mathurin Maurice Maxime Mélanie Michel Nathalie Nicolas Noël Odette Olivier Paul Pauline Perrine Philomène Pierre Prosper Raoul Raymond
		Régine Renée Robert Roger Rosalie Rose Séverin Simon Solange Sophie Suzanne Sylvain Théodore Thérèse Thomas Toussaint Urbain Valentin Valentine
		Victoire Vincent Yvonne Yves Zoé`)
	families = strings.Fields(`Abgrall Allaire Amiot Aubry Auffret Barbier Bazin Beauchêne Bellanger Besnard Bihan Blin Boisgontier Bonnier Bouvet Briand
		Brossard Cadiou Cariou Chapelain Charpentier Chauvin Chevrel Collet Colleu Cordier Corre Coudray Cozic Daniélou Delalande Delaunay Denoual Derrien
		Desbois Doré Dréan Duchêne Dufeu Dupuis Durocher Ermel Evrard Favennec Ferron Fougeray Fournier Fresnel Gallais Garnier Gautier Gicquel Gilbert
		Glémot Goupil Gourvennec Grall Gravot Guéguen Guérin Guillerm Guivarch Guyot Hamon Hardy Harel Heuzé Houssais Huet Jamet Jégou Josselin Jouan
		Kerbrat Kerdoncuff Kermarrec Labbé Lagadec Lamballe Lanoë Lardeux Launay Leblanc Lebreton Lecoq Ledoux Lefeuvre Legendre Lelièvre Lemarchand Lemoine Lepage
		Leray Leroux Lesage Levasseur Lozach Mahé Maillard Malherbe Marchand Martel Martin Masson Mellouët Ménager Mérel Meunier Monnier Morel Morvan
		Nédélec Nicol Noblet Orain Paillard Pasquier Pelé Perrigault Perrin Piel Pinson Plessis Poirier Potier Prigent Quéméner Quéré Rabin Ravenel Renault
		Ricordel Robidou Rocher Rolland Rouault Rouxel Ruellan Salaün Samson Sauvage Simonneaux Tanguy Tessier Texier Thébault Thomas Touchard Tréhorel
		Tual Turpin Vallée Verger Vigneron Vilboux Villeneuve`)
	// Things with their particle.
	trees = strings.Split("des|Acacias,des|Aubépines,des|Bouleaux,des|Camélias,des|Cèdres,des|Cerisiers,des|Charmes,des|Châtaigniers,des|Chênes,des|Cormiers,des|Érables,des|Frênes,"+
		"des|Genêts,des|Glycines,des|Hêtres,des|Houx,des|Ifs,des|Lauriers,des|Lilas,des|Magnolias,des|Marronniers,des|Mélèzes,des|Mimosas,des|Noisetiers,des|Noyers,des|Ormes,"+
		"des|Peupliers,des|Pins,des|Platanes,des|Pommiers,des|Pruniers,des|Rosiers,des|Saules,des|Sorbiers,des|Tilleuls,des|Troènes,du|Gui,des|Bruyères,des|Fougères,des|Ajoncs,"+
		"des|Primevères,des|Violettes,des|Jonquilles,des|Bleuets,des|Coquelicots,des|Pervenches,des|Hortensias,des|Iris,des|Orchidées,des|Capucines", ",")
	birds = strings.Split("des|Alouettes,des|Bergeronnettes,des|Bouvreuils,des|Chardonnerets,des|Colibris,des|Courlis,des|Fauvettes,des|Goélands,des|Grives,des|Hirondelles,des|Loriots,"+
		"des|Martins-Pêcheurs,des|Merles,des|Mésanges,des|Mouettes,des|Passereaux,des|Pinsons,des|Ramiers,des|Rossignols,des|Rouges-Gorges,des|Tourterelles,des|Vanneaux,des|Hérons,des|Sarcelles,des|Éperviers", ",")
	places = strings.Split("de la|Fontaine,du|Moulin,de l'|Église,de la|Poste,du|Lavoir,du|Puits,du|Four,de la|Forge,de la|Croix,du|Calvaire,du|Presbytère,de la|Mairie,des|Écoles,du|Stade,"+
		"de la|Gare,du|Marché,de la|Halle,du|Château,du|Manoir,de la|Motte,du|Bourg,de la|Vallée,du|Ruisseau,de la|Rivière,du|Gué,du|Pont,de l'|Étang,du|Marais,de la|Prairie,des|Prés,des|Champs,"+
		"du|Verger,des|Vignes,du|Pressoir,de la|Lande,des|Landes,du|Bois,de la|Forêt,de la|Fosse,de la|Carrière,de la|Butte,du|Tertre,de la|Haie,des|Courtils,du|Clos,de la|Métairie,de la|Grange,"+
		"du|Colombier,de la|Garenne,de l'|Abbaye,du|Prieuré,de la|Chapelle,du|Couvent,de l'|Hôpital,de la|Monnaie,de la|Liberté,de l'|Égalité,de la|République,du|Souvenir,de la|Paix,de l'|Europe,"+
		"de la|Résistance,du|Parlement,des|Carmes,des|Augustins,des|Capucins,des|Tanneurs,des|Drapiers,des|Orfèvres,des|Bouchers,du|Chapitre,de l'|Horloge,du|Beffroi,des|Remparts,des|Portes,du|Vieux Cours", ",")
	trades = strings.Split("de l'|Industrie,de la|Technologie,des|Artisans,du|Commerce,de l'|Énergie,des|Métiers,de la|Logistique,de l'|Innovation,des|Charpentiers,des|Ferronniers,des|Tourneurs,"+
		"des|Ateliers,de l'|Entreprise,des|Compagnons,de la|Bobinière,de la|Verrerie,de la|Tuilerie,de la|Briqueterie,de la|Minoterie,du|Transformateur,des|Entrepôts,des|Chargeurs", ",")
	dates    = strings.Split("du|8 Mai 1945,du|11 Novembre 1918,du|19 Mars 1962,du|14 Juillet 1789,du|4 Août 1944,du|18 Juin 1940", ",")
	soldiers = strings.Split("du Général|Leclerc,du Maréchal|Joffre,du Général|de Gaulle,du Colonel|Fabien,du Capitaine|Maignan,du Docteur|Roux,du Docteur|Laennec,de l'Abbé|Grégoire,du Président|Coty,du Recteur|Paulin,du Sergent|Bobillot", ",")
	hamlets  = strings.Split("La|Noë,La|Ville Guérin,La|Touche,Le|Plessis,La|Haie,Le|Bois,La|Lande,Le|Verger,La|Métairie,Les|Landelles,Le|Tertre,La|Rivière,Le|Rocher,La|Gaudinais,La|Morinais,La|Bretonnière,"+
		"La|Robinais,La|Guérinière,Les|Vaux,Le|Breil,La|Croix,Le|Champ du Puits,La|Barre,Le|Chesnay,La|Hubaudière,Les|Hayes,La|Poterie,Le|Coudray,La|Fresnais,Le|Boulais,La|Renaudais", ",")
)

// namer gives each commune's streets names that are used once.
type namer struct {
	taken map[string]bool
	rand  *rand.Rand
}

func newNamer(seed uint64, commune int) *namer {
	return &namer{taken: map[string]bool{}, rand: stream(seed, "names", commune)}
}

// ofThing splits "de la|Fontaine".
func ofThing(kind, thing string) streetName {
	particle, proper, _ := strings.Cut(thing, "|")
	return streetName{kind: kind, particle: particle, proper: proper}
}

func one[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// name draws a free name for a way of a class in a district; place is what a road leads to.
func (n *namer) name(c class, z zone, place string) streetName {
	if place != "" {
		if s := (streetName{kind: "Route", particle: "de", proper: place}).elide(); !n.taken[s.full()] {
			n.taken[s.full()] = true
			return s
		}
	}
	for try := 0; ; try++ {
		s := n.draw(c, z, try).elide()
		if full := s.full(); !n.taken[full] {
			n.taken[full] = true
			return s
		}
	}
}

func (n *namer) draw(c class, z zone, try int) streetName {
	r := n.rand
	kind := n.kind(c, z)
	if c == motorway {
		return streetName{kind: "Rocade", proper: fmt.Sprintf("%s %d", []string{"Est", "Nord", "Ouest", "Sud"}[r.IntN(4)], 1+r.IntN(2+try))}
	}
	themes := []float64{3, 3, 1.5, 1, 3, 0, 0.3, 0.5}
	switch z {
	case oldTown:
		themes = []float64{1.5, 1, 0, 0, 8, 0, 0.4, 0.6}
	case suburb:
		themes = []float64{1.5, 2.5, 4, 2.5, 2, 0, 0, 0.2}
	case village:
		themes = []float64{1.5, 1, 0.5, 0.3, 8, 0, 0.5, 0.5}
	case activity:
		themes = []float64{1.5, 3, 0, 0, 0, 6, 0, 0}
	case country, wood:
		if c == track {
			if try < 60 {
				a, p, _ := strings.Cut(one(r, hamlets), "|")
				return streetName{kind: kind, particle: map[string]string{"La": "de la", "Le": "du", "Les": "des"}[a], proper: p}
			}
			themes = []float64{0, 3, 2, 1, 3, 0, 0, 0}
		}
	}
	if try > 25 {
		themes = []float64{0.5, 10, 0.3, 0.3, 0.3, 0, 0, 0}
	}
	switch draw(r, themes) {
	case 0:
		first, proper, _ := strings.Cut(one(r, persons), "|")
		return streetName{kind: kind, first: first, proper: proper}
	case 1:
		return streetName{kind: kind, first: one(r, firsts), proper: one(r, families)}
	case 2:
		return ofThing(kind, one(r, trees))
	case 3:
		return ofThing(kind, one(r, birds))
	case 4:
		return ofThing(kind, one(r, places))
	case 5:
		return ofThing(kind, one(r, trades))
	case 6:
		return ofThing(kind, one(r, dates))
	}
	return ofThing(kind, one(r, soldiers))
}

func (n *namer) kind(c class, z zone) string {
	r := n.rand
	if z == oldTown && (c == street || c == lane) {
		return []string{"Rue", "Place", "Passage", "Ruelle"}[draw(r, []float64{8, 1, 0.4, 0.3})]
	}
	switch c {
	case boulevard:
		return "Boulevard"
	case avenue:
		return "Avenue"
	case quay:
		return "Quai"
	case road:
		return []string{"Rue", "Route", "Avenue"}[draw(r, []float64{3, 4, 1})]
	case track:
		return []string{"Chemin", "Route", "Impasse"}[draw(r, []float64{5, 2, 1})]
	case lane:
		if z == estate {
			return []string{"Rue", "Allée", "Square", "Cours", "Mail", "Avenue"}[draw(r, []float64{4, 2, 2, 0.5, 0.5, 1})]
		}
		return []string{"Rue", "Allée", "Square", "Clos", "Avenue", "Résidence", "Impasse"}[draw(r, []float64{5, 4, 1, 0.3, 0.4, 0.2, 0.6})]
	case mainStreet:
		return []string{"Rue", "Avenue", "Mail", "Cours"}[draw(r, []float64{7, 2, 0.3, 0.2})]
	}
	return []string{"Rue", "Place", "Square", "Passage", "Allée", "Villa"}[draw(r, []float64{10, 0.4, 0.5, 0.2, 0.8, 0.2})]
}

// elide writes "d'Amiot" for "de Amiot" and "du Pont" for "de Le Pont".
func (n streetName) elide() streetName {
	if n.particle != "de" {
		return n
	}
	if rest, ok := strings.CutPrefix(n.proper, "Le "); ok {
		n.particle, n.proper = "du", rest
	} else if r, _ := utf8.DecodeRuneInString(n.proper); strings.ContainsRune("AEIOUYÉÈÊÂÎH", r) {
		n.particle = "d'"
	}
	return n
}

// cityName and riverName are invented, as are all communes.
const (
	cityName  = "Ariennes"
	riverName = "la Vernaine"
)

var (
	communeHeads = strings.Fields("Bré Cor Châtel Gué Ker Lan Loc Mel Mor Plé Plou Pen Ros Ser Tal Tré Ver Noy Vez Bour")
	communeTails = strings.Fields("mellac goat vern bihan court billy gomar nezan vigny maden sac rion thual ligny dréan ganes tiern roc mont vézin")
	saints       = strings.Fields("Saint-Aldric Saint-Béat Saint-Cado Saint-Efflam Saint-Gourven Saint-Hern Saint-Ival Saint-Jorand Saint-Méloir Saint-Néven Saint-Onen Saint-Quay Sainte-Urielle Saint-Thual Sainte-Nolwenn")
	brooks       = strings.Fields("Vernaine Flume Seiche Meule Illette Chèze Aube Loane")
)

// nameCommunes gives codes and names; Ariennes is the city.
func nameCommunes(p *plan) {
	r := stream(p.seed, "communes", 0)
	taken := map[string]bool{cityName: true}
	for c := range p.communes {
		v := &p.communes[c]
		v.code = fmt.Sprintf("%05d", firstCode+c)
		v.postcode = fmt.Sprintf("%05d", firstPostcode+c%40)
		v.name = cityName
		for try := 0; taken[v.name] && c > 0; try++ {
			switch draw(r, []float64{5, 2, 1.2}) {
			case 0:
				v.name = one(r, communeHeads) + one(r, communeTails)
			case 1:
				v.name = one(r, saints)
				if r.IntN(3) == 0 {
					v.name += "-sur-" + one(r, brooks)
				}
			case 2:
				v.name = one(r, []string{"La Chapelle-", "Le Bourg-", "Le Pont-", "Le Mesnil-"}) + one(r, communeHeads) + one(r, communeTails)
			}
			v.name = strings.ReplaceAll(v.name, "--", "-")
		}
		taken[v.name] = true
	}
	p.river.name = riverName
}

// nameStreets names every way that bears a name and gives it its id_voie. The order of
// communes and then of ways decides, so names do not depend on how the map was grown.
func (t *town) nameStreets() {
	order := make([]int32, 0, len(t.ways))
	for w := range t.ways {
		if t.ways[w].class.named() && len(t.ways[w].edges) > 0 {
			order = append(order, int32(w))
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return int(t.ways[a].commune - t.ways[b].commune) })
	var n *namer
	for i, w := range order {
		v := &t.ways[w]
		if n == nil || i == 0 || t.ways[order[i-1]].commune != v.commune {
			n = newNamer(t.seed, int(v.commune))
		}
		place := ""
		if v.class == road && v.goal >= 0 {
			place = t.communes[v.goal].name
		}
		v.name = n.name(v.class, t.zoneAlong(v), place)
		v.id = int32(1000 + i)
		t.byID = append(t.byID, w)
	}
}

// zoneAlong is the kind of district on the left of a way, of the right one at the edge of
// the map.
func (t *town) zoneAlong(w *way) zone {
	h := w.edges[len(w.edges)/2]
	if t.face[h] == 0 {
		h = twin(h)
	}
	return t.faces[t.face[h]].zone
}
