package api

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/address"
	"socle/referentials/snapshot"
)

// Addresses finds addresses: an [address.Keeper].
type Addresses interface {
	Current(ctx context.Context) (*address.Index, error)
}

// What the national geocoding service understands, and with, which asks for more.
var (
	searchParameters  = []string{"q", "limit", "lat", "lon", "postcode", "citycode", "type", "autocomplete", "index", "with"}
	reverseParameters = []string{"lat", "lon", "limit", "postcode", "citycode", "type", "index", "with"}
	placeKinds        = []string{"housenumber", "street", "locality", "municipality"}
	// withChoices are what an answer may tell beside the address: the cell of each mesh that
	// it lies in, and its building.
	withChoices = []string{withIRIS, withIMU, withBuilding}
)

const (
	withIRIS     = "code_iris"
	withIMU      = "imu"
	withBuilding = "batiment"
)

// Bounds of what is searched for.
const (
	minSearch    = 3   // letters
	maxSearch    = 200 // letters
	defaultFound = 5
)

// lambert93 is the system of x and y in answers, as the national service gives them.
var lambert93 = crs.EPSG(2154)

// places is an answer in the dialect of the national service.
type places struct {
	Type        string    `json:"type"`
	Version     string    `json:"version"`
	Features    []place   `json:"features"`
	Attribution string    `json:"attribution,omitempty"`
	Licence     string    `json:"licence,omitempty"`
	Query       string    `json:"query,omitempty"`
	Center      []float64 `json:"center,omitempty"`
	Limit       int       `json:"limit"`
}

type place struct {
	Type       string          `json:"type"`
	Geometry   placeGeometry   `json:"geometry"`
	Properties placeProperties `json:"properties"`
}

type placeGeometry struct {
	Type        string     `json:"type"`
	Coordinates [2]float64 `json:"coordinates"`
}

type placeProperties struct {
	Label       string   `json:"label"`
	Score       float64  `json:"score"`
	Housenumber string   `json:"housenumber,omitempty"`
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Postcode    string   `json:"postcode,omitempty"`
	CityCode    string   `json:"citycode"`
	X           float64  `json:"x"`
	Y           float64  `json:"y"`
	City        string   `json:"city"`
	Context     string   `json:"context"`
	Type        string   `json:"type"`
	Importance  float64  `json:"importance"`
	Street      string   `json:"street,omitempty"`
	Locality    string   `json:"locality,omitempty"`
	Distance    *float64 `json:"distance,omitempty"`

	MatchLevel   string  `json:"match_level"`
	NumberStatus string  `json:"number_status,omitempty"`
	TextScore    float64 `json:"text_score"`
	Margin       float64 `json:"margin"`
	RVA          string  `json:"rva_id,omitempty"`
	StreetID     string  `json:"id_voie,omitempty"`
	CodeINSEE    string  `json:"code_insee"`

	IRIS     *string  `json:"code_iris,omitempty"`
	IMU      *string  `json:"imu,omitempty"`
	Building []string `json:"batiment,omitempty"`
}

func (a *API) geocodeSearch(w http.ResponseWriter, r *http.Request) error {
	p, err := parseQuery(r.URL.RawQuery, searchParameters...)
	if err != nil {
		return err
	}
	q := address.Query{Text: legible(p.get("q")), Autocomplete: true}
	if n := utf8.RuneCountInString(strings.TrimSpace(q.Text)); n < minSearch || n > maxSearch {
		return referentials.Errorf(referentials.Invalid, "it has %d letters, not %d to %d", n, minSearch, maxSearch).At("parameter q").
			Do("write an address: q=12 rue de Saint-Malo Rennes")
	}
	if q.Limit, err = p.places("limit", defaultFound); err != nil {
		return err
	}
	if q.Autocomplete, err = p.flag("autocomplete", true); err != nil {
		return err
	}
	at, given, err := p.position()
	if err != nil {
		return err
	}
	if given {
		q.Near = &at
	}
	if q.CityCodes, q.Postcode, q.Kinds, err = p.placeFilters(); err != nil {
		return err
	}
	return a.writePlaces(w, r, &p, places{Query: q.Text, Limit: q.Limit}, func(x *address.Index) []address.Result { return x.Search(&q, nil) })
}

func (a *API) geocodeReverse(w http.ResponseWriter, r *http.Request) error {
	p, err := parseQuery(r.URL.RawQuery, reverseParameters...)
	if err != nil {
		return err
	}
	at, given, err := p.position()
	if err != nil {
		return err
	}
	if !given {
		return referentials.Errorf(referentials.Invalid, "a position is missing").At("parameters lon, lat").Do("write it as lon=-1.68&lat=48.11")
	}
	q := address.ReverseQuery{Position: at}
	if q.Limit, err = p.places("limit", 1); err != nil {
		return err
	}
	if q.CityCodes, q.Postcode, q.Kinds, err = p.placeFilters(); err != nil {
		return err
	}
	return a.writePlaces(w, r, &p, places{Center: []float64{at.Lon, at.Lat}, Limit: q.Limit}, func(x *address.Index) []address.Result { return x.Reverse(&q, nil) })
}

// writePlaces answers with what find gives. One snapshot and one index make the answer.
func (a *API) writePlaces(w http.ResponseWriter, r *http.Request, p *parameters, out places, find func(*address.Index) []address.Result) error {
	with, err := p.with()
	if err != nil {
		return err
	}
	public := a.public()
	x, err := a.config.Addresses.Current(r.Context())
	if err != nil {
		return err
	}
	tag := x.Tag()
	if len(with) > 0 {
		tag = public.Tag()
	}
	if fresh(w, r, a.etag(tag, "geocode")) {
		return nil
	}
	results := find(x)
	out.Type, out.Version = "FeatureCollection", "draft"
	if c, ok := public.Collection("adresses"); ok {
		out.Attribution, out.Licence = c.Descriptor().Producer, c.Descriptor().Licence
	}
	if out.Features, err = a.describePlaces(public, results, with); err != nil {
		return err
	}
	body, err := json.Marshal(out)
	if err != nil {
		return referentials.Errorf(referentials.Internal, "writing JSON: %w", err)
	}
	return writeBytes(w, "application/geo+json", body)
}

// describePlaces writes results in the dialect, x and y in Lambert-93.
func (a *API) describePlaces(public *snapshot.Public, results []address.Result, with []string) ([]place, error) {
	out := make([]place, 0, len(results))
	if len(results) == 0 {
		return out, nil
	}
	way, err := a.systems.ways.Between(crs.CRS84, lambert93)
	if err != nil {
		return nil, err
	}
	xy := make([]float64, 0, 2*len(results))
	for i := range results {
		xy = append(xy, results[i].Position.Lon, results[i].Position.Lat)
	}
	if _, err := way.TryForward(xy, nil); err != nil {
		return nil, err
	}
	more := a.surroundings(public, with)
	for i := range results {
		r := &results[i]
		f := place{Type: "Feature", Geometry: placeGeometry{"Point", [2]float64{round(r.Position.Lon, 6), round(r.Position.Lat, 6)}}}
		x, y := xy[2*i], xy[2*i+1]
		if math.IsInf(x, 0) || math.IsInf(y, 0) {
			x, y = 0, 0
		}
		number := string(r.AppendNumber(nil))
		f.Properties = placeProperties{
			Label: string(r.AppendLabel(nil)), Score: round(r.Score, 4), Housenumber: number, ID: r.ID, Name: strings.TrimSpace(number + " " + r.Name),
			Postcode: r.Postcode, CityCode: r.CityCode, X: round(x, 2), Y: round(y, 2), City: r.City, Context: departement(r.CityCode), Type: r.Level.Kind(),
			Importance: round(r.Importance, 4), MatchLevel: r.Level.String(), NumberStatus: r.Number.String(), TextScore: round(r.Text, 4), Margin: round(r.Margin, 4),
			StreetID: r.StreetID, CodeINSEE: r.CityCode,
		}
		switch r.Level {
		case address.Housenumber, address.Interpolated:
			f.Properties.RVA, f.Properties.Street = r.ID, r.Name
		case address.Locality:
			f.Properties.Locality = r.Name
		case address.Street:
			f.Properties.Street = r.Name
		}
		if r.Distance >= 0 {
			d := math.Round(r.Distance)
			f.Properties.Distance = &d
		}
		more.tell(r, &f.Properties)
		out = append(out, f)
	}
	return out, nil
}

// departement is where a commune lies, as far as its code tells: the département.
func departement(citycode string) string {
	if len(citycode) < 2 {
		return ""
	}
	if strings.HasPrefix(citycode, "97") && len(citycode) >= 3 {
		return citycode[:3]
	}
	return citycode[:2]
}

// surroundings tell where results lie.
type surroundings struct {
	iris, imu *address.Mesh
	buildings func(id string) []string
}

// linksID is the collection that tells which buildings an address belongs to, and its
// columns.
const (
	linksID      = "adresses_batiments"
	linkAddress  = "id_adr"
	linkBuilding = "id_bat"
)

// linked is the buildings by address of one revision of the links.
type linked struct {
	tag       string
	buildings map[string][]string
}

// buildingsOf gives the buildings of an address, nil when nothing tells them. What was read
// of the links is kept until they change.
func (a *API) buildingsOf(public *snapshot.Public) func(id string) []string {
	c, ok := public.Collection(linksID)
	if !ok {
		return nil
	}
	from, to := c.Descriptor().FieldIndex(linkAddress), c.Descriptor().FieldIndex(linkBuilding)
	if from < 0 || to < 0 {
		return nil
	}
	now := a.linked.Load()
	if now == nil || now.tag != c.Tag() {
		now = &linked{c.Tag(), make(map[string][]string, c.Len())}
		for i := range c.Len() {
			id := c.Value(i, from).String()
			now.buildings[id] = append(now.buildings[id], c.Value(i, to).String())
		}
		a.linked.Store(now)
	}
	return func(id string) []string { return now.buildings[id] }
}

func (a *API) surroundings(public *snapshot.Public, with []string) surroundings {
	var s surroundings
	mesh := func(name, id string) *address.Mesh {
		if c, ok := public.Collection(id); ok && slices.Contains(with, name) && c.Descriptor().Geometry.Dimension() == 2 {
			m := address.NewMesh(c)
			return &m
		}
		return nil
	}
	if slices.Contains(with, withBuilding) {
		s.buildings = a.buildingsOf(public)
	}
	s.iris, s.imu = mesh(withIRIS, "iris"), mesh(withIMU, "imu")
	return s
}

func (s *surroundings) tell(r *address.Result, p *placeProperties) {
	if s.iris != nil {
		cell := s.iris.At(r.Position)
		p.IRIS = &cell
	}
	if s.imu != nil {
		cell := s.imu.At(r.Position)
		p.IMU = &cell
	}
	if s.buildings != nil && r.Level == address.Housenumber {
		p.Building = s.buildings(r.ID)
	}
}

func round(v float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(v*scale) / scale
}

// legible gives text that was sent in another encoding than UTF-8 as what it most likely was.
func legible(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	if out, err := charmap.Windows1252.NewDecoder().String(s); err == nil {
		return out
	}
	return strings.ToValidUTF8(s, " ")
}

// position reads lat and lon, or none of them.
func (p *parameters) position() (at address.Position, given bool, err error) {
	if !p.values.Has("lat") && !p.values.Has("lon") {
		return at, false, nil
	}
	for _, c := range []struct {
		name string
		most float64
		to   *float64
	}{{"lon", 180, &at.Lon}, {"lat", 90, &at.Lat}} {
		v, err := strconv.ParseFloat(p.get(c.name), 64)
		if err != nil || !(math.Abs(v) <= c.most) {
			return at, false, referentials.Errorf(referentials.Invalid, "%.40q is not a number of degrees from %g to %g", p.get(c.name), -c.most, c.most).At("parameter %s", c.name)
		}
		*c.to = v
	}
	return at, true, nil
}

// places reads how many answers are wanted.
func (p *parameters) places(name string, fallback int) (int, error) {
	n, err := p.count(name, 1, fallback)
	if err == nil && n > address.MaxLimit {
		return 0, referentials.Errorf(referentials.Invalid, "at most %d answers are given", address.MaxLimit).At("parameter %s", name)
	}
	return n, err
}

// flag reads 0, 1, true or false.
func (p *parameters) flag(name string, fallback bool) (bool, error) {
	switch v := p.get(name); v {
	case "":
		return fallback, nil
	case "0", "false":
		return false, nil
	case "1", "true":
		return true, nil
	default:
		return false, referentials.Errorf(referentials.Invalid, "%.40q is neither 0 nor 1", v).At("parameter %s", name)
	}
}

func (p *parameters) placeFilters() (cities []string, postcode string, kinds []string, err error) {
	if index := p.get("index"); index != "" && index != "address" {
		return nil, "", nil, referentials.Errorf(referentials.Invalid, "there is no index %.40q", index).At("parameter index").Do("ask for addresses: index=address")
	}
	for code := range strings.SplitSeq(p.get("citycode"), ",") {
		if code = strings.TrimSpace(code); code != "" {
			cities = append(cities, code)
		}
	}
	for kind := range strings.SplitSeq(p.get("type"), ",") {
		if kind = strings.TrimSpace(kind); kind == "" {
			continue
		}
		if !slices.Contains(placeKinds, kind) {
			return nil, "", nil, referentials.Errorf(referentials.Invalid, "there is no type %.40q", kind).At("parameter type").Do("use one of %s", strings.Join(placeKinds, ", "))
		}
		kinds = append(kinds, kind)
	}
	return cities, strings.TrimSpace(p.get("postcode")), kinds, nil
}

func (p *parameters) with() (out []string, err error) {
	for name := range strings.SplitSeq(p.get("with"), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if !slices.Contains(withChoices, name) {
			return nil, referentials.Errorf(referentials.Invalid, "nothing is called %.40q here", name).At("parameter with").Do("use some of %s", strings.Join(withChoices, ", "))
		}
		out = append(out, name)
	}
	return out, nil
}
