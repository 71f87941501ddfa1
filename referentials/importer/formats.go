package importer

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/flatgeobuf"
	"socle/referentials/importer/gdal"
	"socle/referentials/importer/geojson"
	"socle/referentials/importer/geopackage"
	"socle/referentials/importer/geoparquet"
	"socle/referentials/importer/shapefile"
	"socle/referentials/importer/source"
)

// reader says how the files of a format are opened.
type reader struct {
	open    func(context.Context, *source.File, *Options) (source.Source, error)
	textual bool    // values are texts whose types are to be found
	columns bool    // the file declares its columns; else they are met as rows are read
	assumed crs.CRS // the system its standard prescribes
}

// readers is the table of formats: one line each.
func readers() map[source.Format]reader {
	return map[source.Format]reader{
		source.CSV:        {open: openDelimited, columns: true, textual: true},
		source.GeoJSON:    {open: openJSON, assumed: crs.CRS84},
		source.GeoJSONSeq: {open: openJSON, assumed: crs.CRS84},
		source.ODSJSON:    {open: openJSON, assumed: crs.CRS84},
		source.Shapefile:  {open: openShapefile, columns: true},
		source.DBase:      {open: openShapefile, columns: true},
		source.GeoPackage: {open: openGeoPackage, columns: true},
		source.FlatGeobuf: {open: openFlatGeobuf, columns: true},
		source.GeoParquet: {open: openGeoParquet, columns: true},
	}
}

// openInput opens a file with the reader of its format, converted first if it has none.
func openInput(ctx context.Context, name string, opt *Options) (*input, error) {
	file, err := source.Open(ctx, name, source.Options{TempDir: opt.TempDir})
	if err != nil {
		return nil, err
	}
	if _, known := readers()[file.Format()]; known {
		return readInput(ctx, file, name, opt)
	}
	in := &input{name: filepath.Base(name), file: file}
	if file, err = in.convert(ctx, opt); err != nil {
		return nil, err
	}
	return in, in.read(ctx, file, opt)
}

// readInput opens a file that a reader takes.
func readInput(ctx context.Context, file *source.File, name string, opt *Options) (*input, error) {
	in := &input{name: filepath.Base(name), file: file, format: string(file.Format())}
	if _, known := readers()[file.Format()]; !known {
		return nil, referentials.Errorf(referentials.Unsupported, "no reader takes it: %s", file.Reason()).At("%s", in.name).Do("give CSV or GeoJSON")
	}
	return in, in.read(ctx, file, opt)
}

// read opens the records of file, which is in's or what it was converted to.
func (in *input) read(ctx context.Context, file *source.File, opt *Options) (err error) {
	r := readers()[file.Format()]
	in.textual, in.discovers, in.assumed = r.textual, !r.columns, r.assumed
	if in.src, err = r.open(ctx, file, opt); err != nil {
		closeAll([]*input{in})
		var e *referentials.Error
		if errors.As(err, &e) && in.close != nil {
			err = e.At("%s", in.name) // not the name of the conversion, which is gone
		}
		return err
	}
	if err := in.isLayer(opt.Layer); err != nil {
		closeAll([]*input{in})
		return err
	}
	if d, ok := in.src.(*delimited); ok {
		in.known, in.assumed = d.known, d.assumed()
	}
	return nil
}

// isLayer refuses a layer that was asked for and is not the one that is read. A file of one
// layer may be asked for by its own name, as in GDAL.
func (in *input) isLayer(asked string) error {
	name := in.src.Layer()
	if asked == "" || strings.EqualFold(asked, name) || strings.EqualFold(asked, stem(in)) {
		return nil
	}
	e := referentials.Errorf(referentials.NotFound, "there is no layer %q in it", asked).At("%s", in.name)
	if name == "" {
		return e.Do("it holds one, without a name: leave the layer out")
	}
	return e.Do("it holds one, %q", name)
}

// convert makes a GeoPackage of a file of a rare format.
func (in *input) convert(ctx context.Context, opt *Options) (*source.File, error) {
	converted, cleanup, err := gdal.Convert(ctx, in.file)
	if err != nil {
		return nil, err
	}
	in.close = cleanup
	in.notes = append(in.notes, "it was converted with "+gdal.Program+", because "+in.file.Reason())
	in.format = gdal.Program
	file, err := source.Open(ctx, converted, source.Options{TempDir: opt.TempDir})
	if err != nil {
		cleanup()
		return nil, err
	}
	if _, ok := readers()[file.Format()]; !ok {
		cleanup()
		return nil, referentials.Errorf(referentials.Unsupported, "no reader takes it: %s", in.file.Reason()).At("%s", in.name)
	}
	return file, nil
}

func closeAll(inputs []*input) {
	for _, in := range inputs {
		if in.src != nil {
			_ = in.src.Close() // only read from
		}
		if in.close != nil {
			in.close()
		}
	}
}

func openAll(ctx context.Context, opt *Options) ([]*input, error) {
	var inputs []*input
	for _, name := range opt.Files {
		in, err := openInput(ctx, name, opt)
		if err != nil {
			closeAll(inputs)
			return nil, err
		}
		inputs = append(inputs, in)
	}
	return inputs, nil
}

// encoding reads the encoding that was asked for, "" when none was.
func (opt *Options) encoding() (source.Encoding, error) {
	if opt.Encoding == "" {
		return "", nil
	}
	return source.ParseEncoding(opt.Encoding)
}

func openJSON(ctx context.Context, f *source.File, opt *Options) (source.Source, error) {
	encoding, err := opt.encoding()
	if err != nil {
		return nil, err
	}
	r, err := geojson.Open(ctx, f, geojson.Options{Encoding: encoding, Layer: opt.Layer})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func openShapefile(ctx context.Context, f *source.File, opt *Options) (source.Source, error) {
	encoding, err := opt.encoding()
	if err != nil {
		return nil, err
	}
	l, err := shapefile.Open(ctx, f, shapefile.Options{Encoding: encoding})
	if err != nil {
		return nil, err
	}
	return l, nil
}

func openGeoPackage(ctx context.Context, f *source.File, opt *Options) (source.Source, error) {
	l, err := geopackage.Open(ctx, f, geopackage.Options{Layer: opt.Layer})
	if err != nil {
		return nil, err
	}
	return l, nil
}

func openFlatGeobuf(ctx context.Context, f *source.File, _ *Options) (source.Source, error) {
	r, err := flatgeobuf.Open(ctx, f)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func openGeoParquet(ctx context.Context, f *source.File, _ *Options) (source.Source, error) {
	r, err := geoparquet.Open(ctx, f)
	if err != nil {
		return nil, err
	}
	return r, nil
}
