package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"socle/referentials"
	"socle/referentials/address"
	"socle/referentials/address/bulk"
)

// What a file to geocode may be.
const (
	geocodeTime   = 30 * time.Minute // from the first byte to the last
	maxFormField  = 64 << 10         // bytes
	maxFormFields = 1000
)

// csvFields are the fields of a form beside data, or the parameters of a request whose body
// is the file.
var csvFields = []string{"columns", "result_columns", "citycode", "postcode", "type", "lat", "lon", "encoding", "delimiter", "with", "with_bom", "indexes"}

// geocodeCSV answers with the file that is sent, and what was found for each row.
func (a *API) geocodeCSV(reverse bool) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		x, err := a.config.Addresses.Current(r.Context())
		if err != nil {
			return err
		}
		done, err := a.files.take(r.Context(), a.client(r))
		if err != nil {
			return err
		}
		defer done()
		// A long file takes longer than other answers may.
		connection, until := http.NewResponseController(w), time.Now().Add(geocodeTime)
		_ = connection.SetWriteDeadline(until) // where it cannot be set the usual one holds
		ctx, cancel := context.WithDeadline(context.WithoutCancel(r.Context()), until)
		defer cancel()
		form, err := a.readForm(w, r)
		if err != nil {
			return err
		}
		defer form.close()
		o := form.options(reverse)
		public := a.public()
		with, err := (&parameters{form.values}).with()
		if err != nil {
			return err
		}
		if len(with) > 0 {
			near := a.surroundings(public, with)
			o.More, o.MoreOf = with, near.cells(with)
		}
		h := w.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="geocoded.csv"`)
		h.Set("Cache-Control", "no-store")
		var out io.Writer = &steadyAnswer{w, connection}
		if bom, err := (&parameters{form.values}).flag("with_bom", false); err != nil {
			return err
		} else if bom {
			out = &marked{w: out}
		}
		_, err = bulk.Run(ctx, x, form.file, out, o)
		return err
	}
}

// marked writes a byte order mark before the rest, for spreadsheets.
type marked struct {
	w     io.Writer
	begun bool
}

func (m *marked) Write(b []byte) (int, error) {
	if !m.begun {
		m.begun = true
		if _, err := io.WriteString(m.w, "\ufeff"); err != nil {
			return 0, err
		}
	}
	return m.w.Write(b)
}

// form is a file that was sent, kept on disk while it is read, with what was asked of it.
type form struct {
	file   *os.File
	values map[string][]string
}

func (f *form) close() {
	_ = f.file.Close() // it was only read
	_ = os.Remove(f.file.Name())
}

// readForm reads a request: a form whose data is the file, or the file alone with
// parameters. The file goes to disk: forms may tell after it what is to be done with it.
func (a *API) readForm(w http.ResponseWriter, r *http.Request) (f *form, err error) {
	f = &form{values: map[string][]string{}}
	if f.file, err = os.CreateTemp("", "socle-geocode-*.csv"); err != nil {
		return nil, referentials.Errorf(referentials.Unavailable, "there is no room for the file: %w", err)
	}
	defer func() {
		if err != nil {
			f.close()
			f = nil
		}
	}()
	body := newSteadyBody(w, r, a.config.MaxGeocodeBytes, geocodeTime)
	media, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch media {
	case "multipart/form-data":
		err = f.readParts(multipart.NewReader(body, parameters["boundary"]))
	case "text/csv", "application/octet-stream", "text/plain":
		if f.values, err = splitQuery(r.URL.RawQuery); err == nil {
			_, err = io.Copy(f.file, body)
		}
	default:
		return f, &statusError{http.StatusUnsupportedMediaType, referentials.Errorf(referentials.Unsupported, "files of the type %.60q are not read here", media).
			At("header Content-Type").Do("send a form with the file as data (multipart/form-data), or text/csv")}
	}
	if err != nil {
		return f, a.badForm(err)
	}
	for name := range f.values {
		if !slices.Contains(csvFields, name) {
			e := referentials.Errorf(referentials.Invalid, "there is no field %.60q here", name).At("form")
			if near := referentials.Nearest(name, csvFields); near != "" {
				return f, e.Do("did you mean %q?", near)
			}
			return f, e.Do("known are: data, %s", strings.Join(csvFields, ", "))
		}
	}
	_, err = f.file.Seek(0, io.SeekStart)
	return f, err
}

func (a *API) badForm(err error) error {
	if _, ok := asError(err); ok {
		return err
	}
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return referentials.Errorf(referentials.TooLarge, "the file has more than %d MiB", a.config.MaxGeocodeBytes>>20).Do("send it in parts, or use socle geocode")
	}
	return referentials.Errorf(referentials.Invalid, "the form cannot be read: %w", err).Do("send it as curl -F data=@file.csv does")
}

func (f *form) readParts(m *multipart.Reader) error {
	seen := false
	for n := 0; ; n++ {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if n > maxFormFields {
			return referentials.Errorf(referentials.TooLarge, "the form has more than %d fields", maxFormFields)
		}
		if part.FormName() == "data" {
			if seen {
				return referentials.Errorf(referentials.Invalid, "the form has several files").At("field data").Do("send one at a time")
			}
			seen = true
			if _, err := io.Copy(f.file, part); err != nil {
				return err
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, maxFormField+1))
		if err != nil {
			return err
		}
		if len(value) > maxFormField {
			return referentials.Errorf(referentials.TooLarge, "it has more than %d bytes", maxFormField).At("field %.60q", part.FormName())
		}
		f.values[part.FormName()] = append(f.values[part.FormName()], string(value))
	}
	if !seen {
		return referentials.Errorf(referentials.Invalid, "the form has no file").At("field data").Do("send it as curl -F data=@file.csv does")
	}
	return nil
}

// options reads what the fields say.
func (f *form) options(reverse bool) bulk.Options {
	one := func(name string) string {
		if v := f.values[name]; len(v) > 0 {
			return strings.TrimSpace(v[0])
		}
		return ""
	}
	o := bulk.Options{
		Reverse: reverse, CityCode: one("citycode"), Postcode: one("postcode"), Kind: one("type"), Lat: one("lat"), Lon: one("lon"),
		Encoding: one("encoding"), Delimiter: one("delimiter"), Results: f.values["result_columns"],
	}
	for _, c := range f.values["columns"] {
		if c = strings.TrimSpace(c); c != "" {
			o.Columns = append(o.Columns, c)
		}
	}
	return o
}

// cells tells the cells of a result in the order of with.
func (s *surroundings) cells(with []string) func(r *address.Result) []string {
	return func(r *address.Result) []string {
		var p placeProperties
		s.tell(r, &p)
		out := make([]string, len(with))
		for i, name := range with {
			switch {
			case name == withIRIS && p.IRIS != nil:
				out[i] = *p.IRIS
			case name == withIMU && p.IMU != nil:
				out[i] = *p.IMU
			case name == withBuilding:
				out[i] = strings.Join(p.Building, "|")
			}
		}
		return out
	}
}
