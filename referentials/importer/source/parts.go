package source

import (
	"context"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"

	"socle/referentials"
)

// HasPart tells whether the set the file belongs to (a shapefile) has a file of that
// extension, ".dbf". Case does not matter.
func (f *File) HasPart(ext string) bool {
	_, _, ok := f.part(ext)
	return ok
}

// OpenPart reads the file of the same set with that extension, NotFound when there is
// none. It does not count in Progress.
func (f *File) OpenPart(ctx context.Context, ext string) (io.ReadCloser, error) {
	s, member, ok := f.part(ext)
	if !ok {
		return nil, referentials.Errorf(referentials.NotFound, "the %s file of the set is missing", ext).At("%s", f.path)
	}
	return openContent(ctx, s, member, f.zipped, f.gz, f.partName(member, ext), f.opt.Limits, new(atomic.Int64))
}

// ReadPart gives all bytes of a small part, such as the .prj or the .cpg.
func (f *File) ReadPart(ctx context.Context, ext string, limit int64) ([]byte, error) {
	r, err := f.OpenPart(ctx, ext)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readBounded(r, limit, f.path)
}

func (f *File) partName(member, ext string) string {
	if member != "" {
		return f.path + "/" + member
	}
	return strings.TrimSuffix(f.path, path.Ext(f.path)) + ext
}

// Materialise gives a path on disk where the decompressed file lies, for formats that
// are read at random: the file's own when it is not compressed, else a temporary copy
// (of the whole set where files of several extensions may make one). Call cleanup when
// done with it; it is never nil.
func (f *File) Materialise(ctx context.Context) (file string, cleanup func(), err error) {
	nothing := func() {}
	if p, ok := f.store.(onDisk); ok && !f.Compressed() {
		return string(p), nothing, nil
	}
	dir, err := os.MkdirTemp(f.opt.TempDir, "socle-")
	if err != nil {
		e := referentials.Errorf(referentials.Unavailable, "no temporary folder can be made to unpack it: %w", err)
		return "", nothing, e.At("%s", f.path)
	}
	cleanup = func() { _ = os.RemoveAll(dir) } // the system cleans up what is left
	r, err := f.Open(ctx)
	if err == nil {
		// The name is the file's own base name: a member's folders never reach the disk.
		file = filepath.Join(dir, filepath.Base(filepath.FromSlash(f.name)))
		err = f.spill(r, file)
	}
	if err == nil && f.zipped && (f.format == Shapefile || f.format == Unknown) {
		err = f.spillSet(ctx, file)
	}
	if err != nil {
		cleanup()
		return "", nothing, err
	}
	return file, cleanup, nil
}

// spillSet unpacks what lies beside the file under the same name.
func (f *File) spillSet(ctx context.Context, file string) error {
	exts, err := f.set()
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(file, filepath.Ext(file))
	for _, ext := range exts {
		r, err := f.OpenPart(ctx, ext)
		if err != nil {
			return err
		}
		if err := f.spill(r, base+ext); err != nil {
			return err
		}
	}
	return nil
}

// spill copies r into a new file and closes both.
func (f *File) spill(r io.ReadCloser, file string) (err error) {
	defer r.Close()
	w, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return referentials.Errorf(referentials.Unavailable, "it cannot be unpacked: %w", err).At("%s", f.path)
	}
	defer func() {
		if cerr := w.Close(); err == nil && cerr != nil {
			err = referentials.Errorf(referentials.Unavailable, "it cannot be unpacked: %w", cerr).At("%s", f.path)
		}
	}()
	_, err = io.Copy(w, r)
	if err != nil && referentials.CodeOf(err) == referentials.Internal {
		err = referentials.Errorf(referentials.Unavailable, "it cannot be unpacked: %w", err).At("%s", f.path)
	}
	return err
}
