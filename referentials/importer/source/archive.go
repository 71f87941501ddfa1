package source

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"archive/zip"
	"bytes"

	"socle/referentials"
)

// onDisk is a file by its path.
type onDisk string

type diskFile struct {
	*os.File
	size int64
}

func (d diskFile) Size() int64 { return d.size }

func (p onDisk) open() (random, error) {
	f, err := os.Open(string(p))
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return diskFile{f, info.Size()}, nil
}

func (p onDisk) sibling(_, ext string) (store, bool) {
	base := strings.TrimSuffix(string(p), filepath.Ext(string(p)))
	for _, e := range []string{ext, strings.ToUpper(ext)} {
		if info, err := os.Stat(base + e); err == nil && info.Mode().IsRegular() {
			return onDisk(base + e), true
		}
	}
	return nil, false
}

// inMemory is a file's bytes.
type inMemory []byte

type memoryFile struct{ *bytes.Reader }

func (memoryFile) Close() error { return nil }

func (b inMemory) open() (random, error)             { return memoryFile{bytes.NewReader(b)}, nil }
func (b inMemory) sibling(_, _ string) (store, bool) { return nil, false }

func (f *File) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

// shapefileParts are the extensions of the files that make one shapefile.
var shapefileParts = []string{".shp", ".shx", ".dbf", ".prj", ".cpg", ".cst", ".qpj", ".sbn", ".sbx", ".qix", ".fix"}

// preferShp takes the .shp when another file of the same shapefile was named.
func (f *File) preferShp(disk string) string {
	ext := strings.ToLower(filepath.Ext(disk))
	if ext == ".shp" || !slices.Contains(shapefileParts, ext) {
		return disk
	}
	if s, ok := onDisk(disk).sibling("", ".shp"); ok {
		shp := string(s.(onDisk))
		f.note("%s is a part of the shapefile %s, which is read", filepath.Base(disk), filepath.Base(shp))
		return shp
	}
	return disk
}

// chooseInFolder gives the one data file of a folder.
func (f *File) chooseInFolder(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", statError(err, dir)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(strings.ToLower(e.Name()), ".gdbtable") {
			return "", referentials.Errorf(referentials.Unsupported, "it is a file geodatabase of Esri").
				At("%s", dir).Do("export its layers to GeoPackage, or convert it with ogr2ogr -f GPKG")
		}
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && info.Mode().IsRegular() {
			names = append(names, e.Name())
		}
	}
	name, err := f.choose(names, "folder")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, name), nil
}

// chooseMember gives the one data file of a zip, or the one asked for.
func (f *File) chooseMember(r random, asked string) error {
	z, err := newZip(r, r.Size())
	if err != nil {
		return explain(err, f.path)
	}
	byName := make(map[string]*zip.File, len(z.File))
	var names []string
	for _, m := range z.File {
		if m.Mode().IsRegular() && !strings.HasSuffix(m.Name, "/") {
			byName[m.Name] = m
			names = append(names, m.Name)
		}
	}
	if slices.Contains(names, "[Content_Types].xml") || slices.Contains(names, "META-INF/manifest.xml") {
		return referentials.Errorf(referentials.Unsupported, "it is a spreadsheet or an office document").
			At("%s", f.path).Do("save the sheet as CSV")
	}
	if asked != "" {
		if byName[asked] == nil {
			return referentials.Errorf(referentials.NotFound, "there is no %q in it; it holds %s", asked, list(names)).At("%s", f.path)
		}
	} else if asked, err = f.choose(names, "archive"); err != nil {
		return err
	}
	m := byName[asked]
	const encrypted = 1
	if m.Flags&encrypted != 0 {
		return referentials.Errorf(referentials.Unsupported, "%s is encrypted", asked).At("%s", f.path).Do("unpack it with its password first")
	}
	f.zipped, f.member, f.name, f.size = true, asked, path.Base(asked), int64(m.CompressedSize64)
	return nil
}

// choose finds the data among names: the only file that looks like data, or the only
// file at all. INSEE's archives add a "meta_…" table that describes the columns; it is
// set aside.
func (f *File) choose(names []string, where string) (string, error) {
	var data, others, meta, tables []string
	for _, n := range names {
		switch base := path.Base(n); {
		case strings.HasPrefix(base, ".") || strings.HasPrefix(n, "__MACOSX/"):
		case strings.EqualFold(path.Ext(base), ".dbf"):
			tables = append(tables, n)
			others = append(others, n)
		case claimed(strings.TrimSuffix(strings.ToLower(base), ".gz")) == nil && !strings.HasSuffix(strings.ToLower(base), ".zip"):
			others = append(others, n)
		case strings.HasPrefix(strings.ToLower(base), "meta_"):
			meta = append(meta, n)
		default:
			data = append(data, n)
		}
	}
	slices.Sort(data)
	// A note in plain text beside the data is not data.
	switch rest := slices.DeleteFunc(slices.Clone(data), func(n string) bool { return strings.EqualFold(path.Ext(n), ".txt") }); {
	case len(rest) == 1:
		data = rest
	case len(rest) == 0 && len(tables) > 0: // and no .shp that they belong to
		data = slices.Sorted(slices.Values(tables))
	}
	if len(data) == 0 && len(meta) == 1 {
		data, meta = meta, nil
	}
	switch {
	case len(data) == 1:
		for _, m := range meta {
			f.note("%s describes the columns and is not read", m)
		}
		return data[0], nil
	case len(data) == 0 && len(others) == 1:
		return others[0], nil
	case len(data) == 0 && len(others) == 0:
		return "", referentials.Errorf(referentials.Invalid, "the %s holds nothing", where).At("%s", f.path)
	case len(data) == 0:
		return "", referentials.Errorf(referentials.Invalid, "the %s holds no data file that is known; it holds %s", where, list(others)).
			At("%s", f.path).Do("name the one to read: %s/…", f.path)
	}
	return "", referentials.Errorf(referentials.Invalid, "the %s holds several data files: %s", where, list(data)).
		At("%s", f.path).Do("name one: %s", filepath.Join(f.path, data[0]))
}

// list writes names for a message, not all of them when there are many.
func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	const shown = 8
	if len(names) > shown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
	}
	return strings.Join(names, ", ")
}

// set gives the extensions of the members that lie beside the file's and have its name.
func (f *File) set() ([]string, error) {
	r, err := f.store.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	z, err := newZip(r, r.Size())
	if err != nil {
		return nil, explain(err, f.path)
	}
	own := path.Ext(f.member)
	stem := strings.TrimSuffix(f.member, own)
	var exts []string
	for _, m := range z.File {
		ext := path.Ext(m.Name)
		if m.Mode().IsRegular() && strings.EqualFold(strings.TrimSuffix(m.Name, ext), stem) && !strings.EqualFold(ext, own) &&
			!slices.ContainsFunc(exts, func(e string) bool { return strings.EqualFold(e, ext) }) {
			exts = append(exts, ext)
		}
	}
	return exts, nil
}

// part finds a file of a set by its extension (".dbf").
func (f *File) part(ext string) (s store, member string, ok bool) {
	if strings.EqualFold(path.Ext(f.name), ext) {
		return f.store, f.member, true
	}
	if !f.zipped {
		s, ok = f.store.sibling(f.name, ext)
		return s, "", ok
	}
	r, err := f.store.open()
	if err != nil {
		return nil, "", false
	}
	defer r.Close()
	z, err := newZip(r, r.Size())
	if err != nil {
		return nil, "", false
	}
	want := strings.TrimSuffix(f.member, path.Ext(f.member)) + ext
	for _, m := range z.File {
		if strings.EqualFold(m.Name, want) {
			return f.store, m.Name, true
		}
	}
	return nil, "", false
}
