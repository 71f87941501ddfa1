package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"archive/zip"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"socle/referentials"
)

// Options says how a file is opened. The zero value is right for most.
type Options struct {
	Limits  Limits // zero fields take generous ones
	TempDir string // where Materialise unpacks; the system's when empty
}

// File is one input, opened in place: a plain file, a gzip, a member of a zip, or the
// one data file of a folder. It keeps nothing open, so it can be read many times, also
// at once, and needs no Close.
type File struct {
	path   string // as the caller wrote it
	name   string // base name without compression suffix
	store  store
	member string // inside a zip, "" when the input is not one
	zipped bool
	gz     bool // the bytes (or the member's) are gzip
	format Format
	reason string
	notes  []string
	size   int64 // compressed bytes a full reading takes
	opt    Options
	taken  atomic.Pointer[atomic.Int64]

	mu       sync.Mutex
	texts    map[Encoding]Text // surveys made, by the encoding that was forced
	unpacked []byte            // what a survey unpacked, when it is small
}

// store is where the bytes lie: on disk or in memory.
type store interface {
	open() (random, error)
	// sibling gives the file of the same set with another extension (shapefiles).
	sibling(name, ext string) (store, bool)
}

type random interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Open looks at a path and tells what it is. The path may be a file, plain or gzip; a
// zip with one data file or one shapefile in it, or "archive.zip/member"; or a folder
// with one data file or one shapefile. Contents decide, not extensions; where the two
// disagree, Notes says so.
func Open(ctx context.Context, name string, opt Options) (*File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	opt.Limits = opt.Limits.orDefault()
	f := &File{path: name, opt: opt}
	disk, inside, err := splitArchive(name)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(disk)
	if err != nil {
		return nil, statError(err, disk)
	}
	if info.IsDir() {
		if disk, err = f.chooseInFolder(disk); err != nil {
			return nil, err
		}
		if info, err = os.Stat(disk); err != nil {
			return nil, statError(err, disk)
		}
	}
	if !info.Mode().IsRegular() {
		return nil, referentials.Errorf(referentials.Invalid, "it is not a regular file and cannot be read twice").
			At("%s", disk).Do("save it to a file first")
	}
	disk = f.preferShp(disk)
	f.store = onDisk(disk)
	f.name = filepath.Base(disk)
	return f, f.inspect(ctx, inside)
}

// FromBytes makes a File of bytes in memory, read as if they were a file of that name.
func FromBytes(ctx context.Context, name string, data []byte, opt Options) (*File, error) {
	opt.Limits = opt.Limits.orDefault()
	f := &File{path: name, name: path.Base(name), store: inMemory(data), opt: opt}
	return f, f.inspect(ctx, "")
}

// splitArchive cuts "dir/a.zip/b/c.csv" into the archive and the member in it.
func splitArchive(name string) (disk, inside string, err error) {
	if name == "" {
		return "", "", referentials.Errorf(referentials.Invalid, "no file is named")
	}
	if _, err := os.Stat(name); err == nil {
		return name, "", nil
	}
	slashed := filepath.ToSlash(name)
	for i := 0; i < len(slashed); {
		j := strings.Index(strings.ToLower(slashed[i:]), ".zip/")
		if j < 0 {
			break
		}
		i += j + len(".zip/")
		if info, err := os.Stat(name[:i-1]); err == nil && info.Mode().IsRegular() {
			return name[:i-1], slashed[i:], nil
		}
	}
	return name, "", nil
}

func statError(err error, name string) error {
	code, what := referentials.Invalid, "it cannot be opened"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		code, what = referentials.NotFound, "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		code, what = referentials.Refused, "reading it is not permitted"
	}
	e := referentials.Errorf(code, "%s", what)
	e.Err = err
	return e.At("%s", name)
}

// inspect finds out compression, member, format and what must be told about them.
func (f *File) inspect(ctx context.Context, member string) error {
	r, err := f.store.open()
	if err != nil {
		return statError(err, f.path)
	}
	defer r.Close()
	f.size = r.Size()
	magic := make([]byte, 4)
	n, err := r.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return explain(err, f.path)
	}
	if n == 0 {
		return referentials.Errorf(referentials.Invalid, "the file is empty").At("%s", f.path)
	}
	switch magic = magic[:n]; {
	case isZip(magic):
		if err := f.chooseMember(r, member); err != nil {
			return err
		}
		if ext := path.Ext(filepath.ToSlash(f.path)); !strings.EqualFold(ext, ".zip") && claimed("x"+ext) != nil {
			f.note("%s is a zip archive although its name does not say so; %s in it is read", path.Base(filepath.ToSlash(f.path)), f.member)
		}
	case member != "":
		return referentials.Errorf(referentials.Invalid, "it is not a zip archive, so there is no %q in it", member).At("%s", f.path)
	case isGzip(magic):
		f.gz = true
	}
	head, err := f.head(ctx)
	if err != nil {
		return err
	}
	if f.zipped && isGzip(head) {
		f.gz = true
		if head, err = f.head(ctx); err != nil {
			return err
		}
	}
	if len(head) == 0 {
		return referentials.Errorf(referentials.Invalid, "the file is empty").At("%s", f.path)
	}
	f.stripSuffix()
	f.format, f.reason = Detect(f.name, head)
	switch promised := claimed(f.name); {
	case promised == nil || slices.Contains(promised, f.format):
	case f.reason == nameless: // a converter would take the name at its word
		return referentials.Errorf(referentials.Invalid, "it is named like %s but %s", promised[0], f.reason).
			At("%s", f.path).Do("download or copy the file again, or give it the extension of what it is")
	case f.format != Unknown:
		f.note("%s is named like %s but %s; it is read as %s", f.name, promised[0], f.reason, f.format)
	}
	return nil
}

func isGzip(b []byte) bool { return bytes.HasPrefix(b, []byte{0x1f, 0x8b, 0x08}) }

func isZip(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06"))
}

// stripSuffix takes the compression suffix off the name, and tells when it lied.
func (f *File) stripSuffix() {
	ext := strings.ToLower(path.Ext(f.name))
	suffix := ext == ".gz" || ext == ".gzip"
	switch {
	case f.gz && !suffix:
		f.note("%s is compressed with gzip although its name does not say so; it is read decompressed", f.name)
	case suffix && !f.gz:
		f.note("%s is named like a gzip file but is not compressed; it is read as it is", f.name)
	}
	if suffix {
		f.name = f.name[:len(f.name)-len(ext)]
	}
}

func (f *File) head(ctx context.Context) ([]byte, error) {
	r, err := f.open(ctx, new(atomic.Int64))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, headSize))
}

// Path gives the path as it was asked for.
func (f *File) Path() string { return f.path }

// Name gives the base name of the data without compression suffix ("adresses.csv"); of
// a zip, the member's.
func (f *File) Name() string { return f.name }

// Stem gives Name without the extensions of formats: "iris.ods.json" is "iris".
func (f *File) Stem() string {
	s := f.name
	for {
		ext := strings.ToLower(path.Ext(s))
		if len(ext) == len(s) || (claimed(ext) == nil && !slices.Contains([]string{".ods", ".zip", ".dbf"}, ext)) {
			return s
		}
		s = s[:len(s)-len(ext)]
	}
}

// Format gives the format the contents have.
func (f *File) Format() Format { return f.format }

// Reason says why Format is what it is, as a clause: "it begins with …".
func (f *File) Reason() string { return f.reason }

// Notes gives what a person should be told: names that lie, members left out.
func (f *File) Notes() []string { return slices.Clone(f.notes) }

// Compressed tells whether the bytes must be unpacked to be read at random.
func (f *File) Compressed() bool { return f.gz || f.zipped }

// Size gives how many bytes, as stored, one full reading takes.
func (f *File) Size() int64 { return f.size }

// Progress gives how many of those bytes the reader opened last has taken. It may be
// called while another goroutine reads.
func (f *File) Progress() int64 {
	if n := f.taken.Load(); n != nil {
		return min(n.Load(), f.size)
	}
	return 0
}

// Open starts a reading of the decompressed bytes. Reads fail once ctx ends; errors of
// the compressed data name the file.
func (f *File) Open(ctx context.Context) (io.ReadCloser, error) {
	taken := new(atomic.Int64)
	f.mu.Lock()
	unpacked := f.unpacked
	f.mu.Unlock()
	if unpacked != nil {
		f.taken.Store(taken)
		return &again{ctx: ctx, Reader: bytes.NewReader(unpacked), size: f.size, taken: taken}, nil
	}
	r, err := f.open(ctx, taken)
	if err == nil {
		f.taken.Store(taken)
	}
	return r, err
}

func readBounded(r io.Reader, limit int64, name string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = referentials.Errorf(referentials.TooLarge, "it holds more than %d bytes", limit).At("%s", name)
	}
	return b, err
}

func (f *File) open(ctx context.Context, taken *atomic.Int64) (io.ReadCloser, error) {
	return openContent(ctx, f.store, f.member, f.zipped, f.gz, f.path, f.opt.Limits, taken)
}

func openContent(ctx context.Context, s store, member string, zipped, gz bool, name string, limits Limits, taken *atomic.Int64) (io.ReadCloser, error) {
	r, err := s.open()
	if err != nil {
		return nil, statError(err, name)
	}
	c := &content{ctx: ctx, name: name, closers: []io.Closer{r}, taken: taken, limits: limits, packed: zipped || gz}
	at := countingAt{r, taken}
	c.src = io.NewSectionReader(at, 0, r.Size())
	if zipped {
		m, err := openMember(at, r.Size(), member)
		if err != nil {
			_ = c.Close() // the first error counts
			return nil, explain(err, name)
		}
		taken.Store(0) // the archive's directory does not count
		c.src, c.closers = m, slices.Insert(c.closers, 0, io.Closer(m))
	}
	if gz {
		g, err := gzip.NewReader(c.src)
		if err != nil {
			_ = c.Close() // the first error counts
			return nil, explain(err, name)
		}
		c.src, c.closers = g, slices.Insert(c.closers, 0, io.Closer(g))
	}
	if c.packed {
		a := newAhead(c.src)
		c.src, c.closers = a, slices.Insert(c.closers, 0, io.Closer(a))
	}
	return c, nil
}

func openMember(at io.ReaderAt, size int64, member string) (io.ReadCloser, error) {
	z, err := newZip(at, size)
	if err != nil {
		return nil, err
	}
	for _, m := range z.File {
		if m.Name == member {
			return m.Open()
		}
	}
	return nil, zip.ErrFormat
}

func newZip(at io.ReaderAt, size int64) (*zip.Reader, error) {
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, err
	}
	z.RegisterDecompressor(zip.Deflate, flate.NewReader)
	return z, nil
}
