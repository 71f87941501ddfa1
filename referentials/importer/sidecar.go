package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/goccy/go-yaml"

	"socle/geo/crs"
	"socle/referentials"
)

// sidecarSuffix is added to the whole file name: adresses.csv.gz is completed by
// adresses.csv.gz.yaml. One rule, so that nobody has to guess which of several counts.
const sidecarSuffix = ".yaml"

// maxSidecar bounds the sidecar's size in bytes.
const maxSidecar = 1 << 20

// sidecar completes or overrides the descriptor. Members left out change nothing.
type sidecar struct {
	Title       *sidecarText            `yaml:"title"`
	Description *sidecarText            `yaml:"description"`
	Class       *string                 `yaml:"class"`
	Producer    *string                 `yaml:"producer"`
	Licence     *string                 `yaml:"licence"`
	Frequency   *string                 `yaml:"frequency"`
	Vintage     *string                 `yaml:"vintage"`
	Access      *string                 `yaml:"access"`
	Profile     *string                 `yaml:"profile"`
	Mesh        *bool                   `yaml:"mesh"`
	Key         string                  `yaml:"key"`
	CRS         string                  `yaml:"crs"`
	Tiles       *sidecarTiles           `yaml:"tiles"`
	Fields      map[string]sidecarField `yaml:"fields"`

	path string
	crs  crs.CRS
}

type sidecarText struct {
	FR string `yaml:"fr"`
	EN string `yaml:"en"`
}

type sidecarTiles struct {
	MinZoom    uint8                      `yaml:"minZoom"`
	MaxZoom    uint8                      `yaml:"maxZoom"`
	Fields     []string                   `yaml:"fields"`
	FieldZooms map[string]uint8           `yaml:"fieldZooms"`
	Buffer     uint16                     `yaml:"buffer"`
	Bytes      int                        `yaml:"bytes"`
	Thin       int8                       `yaml:"thin"`
	Small      referentials.SmallPolygons `yaml:"small"`
	Labels     bool                       `yaml:"labels"`
}

type sidecarField struct {
	Title       *sidecarText `yaml:"title"`
	Description *sidecarText `yaml:"description"`
	Type        *string      `yaml:"type"`
	Unit        *string      `yaml:"unit"`
	Role        *string      `yaml:"role"`
	Refers      *string      `yaml:"refers"`
	Weight      *string      `yaml:"weight"`
	Disclosure  *string      `yaml:"disclosure"`
}

// readSidecar reads the YAML beside a data file; nil when there is none.
func readSidecar(file string) (*sidecar, error) {
	path := file + sidecarSuffix
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) || err != nil && isUnder(file) {
		return nil, nil
	}
	if err != nil {
		return nil, referentials.Errorf(referentials.Invalid, "it cannot be read: %w", err).At("%s", path)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSidecar+1))
	if err != nil {
		return nil, referentials.Errorf(referentials.Invalid, "it cannot be read: %w", err).At("%s", path)
	}
	if len(text) > maxSidecar {
		return nil, referentials.Errorf(referentials.TooLarge, "it is over %d bytes", maxSidecar).At("%s", path)
	}
	return parseSidecar(path, text)
}

// isUnder tells a path inside an archive ("a.zip/b.shp"), beside which nothing can lie.
func isUnder(file string) bool {
	_, err := os.Stat(file)
	return err != nil
}

func parseSidecar(path string, text []byte) (*sidecar, error) {
	s := &sidecar{path: path}
	dec := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	if err := dec.Decode(s); err != nil && !errors.Is(err, io.EOF) {
		return nil, s.bad("%s", yaml.FormatError(err, false, true)).
			Do("docs/add-a-referential.md lists what it may hold")
	}
	if s.CRS != "" {
		c, err := crs.Parse(s.CRS)
		if err != nil {
			return nil, s.bad("crs: %w", err)
		}
		s.crs = c
	}
	return s, s.check()
}

func (s *sidecar) bad(format string, args ...any) *referentials.Error {
	return referentials.Errorf(referentials.Invalid, format, args...).At("%s", s.path)
}

// check refuses words that are not of the vocabulary. It returns error, not *Error, so
// that nil stays nil.
func (s *sidecar) check() error {
	for _, c := range []struct {
		member string
		value  *string
		words  []string
	}{
		{"class", s.Class, []string{string(referentials.Reference), string(referentials.Territorial), string(referentials.Territory)}},
		{"access", s.Access, []string{string(referentials.Open), string(referentials.Shared), string(referentials.Restricted)}},
		{"frequency", s.Frequency, []string{"continuous", "daily", "weekly", "monthly", "quarterly", "biannual", "annual", "irregular", "unknown"}},
	} {
		if err := s.oneOf(c.member, c.value, c.words); err != nil {
			return err
		}
	}
	for _, name := range sortedKeys(s.Fields) {
		f := s.Fields[name]
		for _, c := range []struct {
			member string
			value  *string
			words  []string
		}{
			{"type", f.Type, []string{"string", "integer", "number", "boolean", "date", "datetime", "json"}},
			{"role", f.Role, []string{"", "key", "reference", "extensive", "intensive", "category", "time", "label"}},
			{"disclosure", f.Disclosure, []string{"public", "confidential", "unit-count"}},
		} {
			if err := s.oneOf("fields."+name+"."+c.member, c.value, c.words); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sidecar) oneOf(member string, value *string, words []string) error {
	if value == nil || slices.Contains(words, *value) {
		return nil
	}
	return s.bad("%s: %q is none of %q", member, *value, words)
}

// apply completes d. Fields the sidecar names and the data lack are an error: most often
// a name is misspelt.
func (s *sidecar) apply(d *referentials.Descriptor) error {
	if s == nil {
		return nil
	}
	s.Title.set(&d.Title)
	s.Description.set(&d.Description)
	set((*string)(&d.Class), s.Class)
	set(&d.Producer, s.Producer)
	set(&d.Licence, s.Licence)
	set((*string)(&d.Frequency), s.Frequency)
	set(&d.Vintage, s.Vintage)
	set((*string)(&d.Access), s.Access)
	set(&d.Profile, s.Profile)
	set(&d.Mesh, s.Mesh)
	if s.Tiles != nil {
		if err := s.checkTiles(d); err != nil {
			return err
		}
		d.Tiles = referentials.TilePolicy(*s.Tiles)
	}
	for _, name := range sortedKeys(s.Fields) {
		i := d.FieldIndex(name)
		if i < 0 {
			return s.bad("fields: %q is not a field of %s", name, d.ID).Do("its fields are %s", fieldNames(d))
		}
		f, to := s.Fields[name], &d.Fields[i]
		f.Title.set(&to.Title)
		f.Description.set(&to.Description)
		set((*string)(&to.Type), f.Type)
		set(&to.Unit, f.Unit)
		set((*string)(&to.Role), f.Role)
		set(&to.Refers, f.Refers)
		set(&to.Weight, f.Weight)
		set((*string)(&to.Disclosure), f.Disclosure)
	}
	return nil
}

// checkTiles refuses attributes of tiles that the data lack.
func (s *sidecar) checkTiles(d *referentials.Descriptor) error {
	for _, name := range slices.Concat(s.Tiles.Fields, sortedKeys(s.Tiles.FieldZooms)) {
		if d.FieldIndex(name) < 0 {
			return s.bad("tiles: %q is not a field of %s", name, d.ID).Do("its fields are %s", fieldNames(d))
		}
	}
	return nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (t *sidecarText) set(to *referentials.Text) {
	if t == nil {
		return
	}
	if t.FR != "" {
		to.FR = t.FR
	}
	if t.EN != "" {
		to.EN = t.EN
	}
}

func fieldNames(d *referentials.Descriptor) string {
	const shown = 30
	text := ""
	for i, f := range d.Fields {
		if i == shown {
			return text + fmt.Sprintf(" and %d more", len(d.Fields)-shown)
		}
		if i > 0 {
			text += ", "
		}
		text += f.Name
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
