// Package gdal reads rare formats (MapInfo, KML, GML, DXF, OSM…) through the program
// ogr2ogr, if it is installed: the file becomes a temporary GeoPackage, which is then read
// like any other. Socle does not link GDAL.
package gdal

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"socle/referentials"
	"socle/referentials/importer/source"
)

// Program is the executable looked for on the PATH.
const Program = "ogr2ogr"

// maxComplaint bounds what is kept of what ogr2ogr says on its standard error.
const maxComplaint = 2000

// Convert makes a GeoPackage of a file whose format no reader takes, and gives its path.
// Call cleanup when it is read. The error is Unsupported when ogr2ogr is not installed or
// does not know the format either, and says what the file looks like.
func Convert(ctx context.Context, file *source.File) (converted string, cleanup func(), err error) {
	unsupported := func(hint string, args ...any) error {
		return referentials.Errorf(referentials.Unsupported, "its format is not known: %s", file.Reason()).
			At("%s", file.Path()).Do(hint, args...)
	}
	program, err := exec.LookPath(Program)
	if err != nil {
		return "", nil, unsupported("install GDAL (%s) to import it, or convert it to GeoPackage, GeoJSON or CSV", Program)
	}
	input, release, err := file.Materialise(ctx)
	if err != nil {
		return "", nil, err
	}
	defer release()
	if input, err = filepath.Abs(input); err != nil { // "-x.kml" would be an option
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "socle-gdal-")
	if err != nil {
		return "", nil, err
	}
	cleanup = func() { _ = os.RemoveAll(dir) }
	converted = filepath.Join(dir, "converted.gpkg")
	cmd := exec.CommandContext(ctx, program, "-f", "GPKG", "-nlt", "CONVERT_TO_LINEAR", converted, input)
	// A file may describe other sources; only what it holds itself is wanted.
	cmd.Env = append(os.Environ(), "OGR_SKIP=OGR_VRT,WFS,OAPIF,CSW,HTTP,PostgreSQL,MySQL,ODBC", "GDAL_SKIP=VRT,WMS,WCS,HTTP")
	complaint := &head{}
	cmd.Stderr = complaint
	if err := cmd.Run(); err != nil {
		cleanup()
		var exit *exec.ExitError
		if ctx.Err() != nil {
			return "", nil, ctx.Err()
		}
		if !errors.As(err, &exit) {
			return "", nil, err
		}
		return "", nil, unsupported("%s does not read it either: %s", Program, complaint)
	}
	return converted, cleanup, nil
}

// head keeps the beginning of what is written to it.
type head struct{ bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	if room := maxComplaint - h.Len(); room > 0 {
		h.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// String gives what is complained of in one line: without warnings, and without the list of
// all drivers that ends the answer to a file of an unknown format.
func (h *head) String() string {
	var said []string
	for line := range strings.Lines(h.Buffer.String()) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "Warning ") {
			continue
		}
		if strings.HasPrefix(line, "-> ") {
			break
		}
		said = append(said, strings.TrimSuffix(line, " with the following drivers."))
	}
	return strings.Join(said, " ")
}
