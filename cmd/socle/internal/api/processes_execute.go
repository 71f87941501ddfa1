package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"socle/cmd/socle/internal/jobs"
	"socle/referentials"
)

// maxExecuteBytes is the most that an execute request may have.
const maxExecuteBytes = 1 << 20

// execution is one request to execute a process, its inputs held to their descriptions.
type execution struct {
	process *process
	inputs  map[string]json.RawMessage
	outputs []string          // that are asked for; all when there are none
	formats map[string]string // media types that are asked for, by output
	raw     bool              // outputs as they are, not within a document
}

// wants tells whether an output is asked for.
func (e *execution) wants(name string) bool {
	return len(e.outputs) == 0 || slices.Contains(e.outputs, name)
}

type executeDocument struct {
	Inputs  map[string]json.RawMessage `json:"inputs"`
	Outputs map[string]struct {
		Format struct {
			MediaType string `json:"mediaType"`
			Encoding  string `json:"encoding"`
			Schema    any    `json:"schema"`
		} `json:"format"`
		TransmissionMode string `json:"transmissionMode"`
	} `json:"outputs"`
	Response string `json:"response"`
}

// readExecution reads the body of a request to execute p.
func readExecution(w http.ResponseWriter, r *http.Request, p *process) (*execution, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != mediaJSON {
		return nil, &statusError{http.StatusUnsupportedMediaType,
			referentials.Errorf(referentials.Unsupported, "%.60q is not read here", r.Header.Get("Content-Type")).At("header Content-Type").Do("send application/json")}
	}
	var doc executeDocument
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxExecuteBytes))
	d.DisallowUnknownFields()
	err := d.Decode(&doc)
	if err == nil {
		if _, err = d.Token(); err == nil {
			err = errors.New("more follows its end")
		} else if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			return nil, referentials.Errorf(referentials.TooLarge, "it has more than %d bytes", tooLong.Limit).At("body")
		}
		return nil, referentials.Errorf(referentials.Invalid, "it is not an execute request: %w", err).
			At("body").Do(`write {"inputs": {…}}, and where needed "outputs" and "response"`)
	}
	return p.read(&doc)
}

// read holds what is asked to the description of the process.
func (p *process) read(doc *executeDocument) (*execution, error) {
	e := &execution{process: p, inputs: make(map[string]json.RawMessage, len(doc.Inputs)), formats: map[string]string{}}
	if err := known("inputs", doc.Inputs, namesOf(p.inputs)); err != nil {
		return nil, err
	}
	for i := range p.inputs {
		in := &p.inputs[i]
		raw, given := doc.Inputs[in.name]
		switch {
		case given:
			value, err := readValue(in.schema, raw)
			if err != nil {
				return nil, at(err, "input "+in.name)
			}
			e.inputs[in.name] = value
		case in.needed:
			return nil, referentials.Errorf(referentials.Invalid, "it is missing").At("input %s", in.name)
		}
	}
	if err := known("outputs", doc.Outputs, namesOf(p.outputs)); err != nil {
		return nil, err
	}
	for _, name := range namesOf(p.outputs) {
		out, asked := doc.Outputs[name]
		if !asked {
			continue
		}
		if out.TransmissionMode != "" && out.TransmissionMode != "value" {
			return nil, referentials.Errorf(referentials.Invalid, "outputs are not given by %.40q", out.TransmissionMode).
				At("outputs, %s", name).Do(`use "transmissionMode": "value"`)
		}
		e.outputs = append(e.outputs, name)
		e.formats[name] = plain(out.Format.MediaType)
	}
	switch doc.Response {
	case "", "raw":
		e.raw = true
	case "document":
	default:
		return nil, referentials.Errorf(referentials.Invalid, "%.40q is not a way to respond", doc.Response).At("response").Do("use raw or document")
	}
	return e, nil
}

func namesOf(list []parcel) (names []string) {
	for i := range list {
		names = append(names, list[i].name)
	}
	return names
}

// known refuses names that a process does not have.
func known[V any](where string, given map[string]V, names []string) error {
	var strange []string
	for name := range given {
		if !slices.Contains(names, name) {
			strange = append(strange, name)
		}
	}
	if len(strange) == 0 {
		return nil
	}
	name := slices.Min(strange)
	e := referentials.Errorf(referentials.Invalid, "there is no %.60q among them", name).At("%s", where)
	if near := referentials.Nearest(name, names); near != "" {
		return e.Do("did you mean %q?", near)
	}
	return e.Do("known are: %s", strings.Join(names, ", "))
}

// execute runs a process while the client waits, or as a job when it prefers not to.
func (a *API) execute(w http.ResponseWriter, r *http.Request) error {
	if _, err := parseQuery(r.URL.RawQuery); err != nil {
		return err
	}
	p, err := a.processAsked(r)
	if err != nil {
		return err
	}
	e, err := readExecution(w, r, p)
	if err != nil {
		return err
	}
	todo, err := p.prepare(w, r, e)
	if err != nil {
		return err
	}
	do := func(ctx context.Context, tell func(percent int)) (*jobs.Result, error) {
		outputs, err := todo(ctx, tell)
		if err != nil {
			return nil, err
		}
		return compose(outputs, e.raw)
	}
	if prefers(r, "respond-async") {
		return a.executeLater(w, r, p, do)
	}
	result, err := inTurn(r.Context(), a.figures, a.client(r), func(ctx context.Context) (*jobs.Result, error) {
		return do(ctx, func(int) {})
	})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeBytes(w, result.Media, result.Body)
}

func (a *API) executeLater(w http.ResponseWriter, r *http.Request, p *process, do jobs.Work) error {
	b, err := a.base(r)
	if err != nil {
		return err
	}
	s, err := a.config.Jobs.Submit(p.id, a.client(r), do)
	if err != nil {
		return err
	}
	body, err := jsonOf(describeJob(&s, b, language(r), true), " ")
	if err != nil {
		return referentials.Errorf(referentials.Internal, "writing JSON: %w", err)
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", mediaJSON)
	h.Set("Location", b.url("jobs", s.ID))
	h.Set("Preference-Applied", "respond-async")
	w.WriteHeader(http.StatusCreated)
	_, err = w.Write(body)
	return err
}

// prefers tells whether a request has a preference, as RFC 7240 writes it.
func prefers(r *http.Request, preference string) bool {
	for _, line := range r.Header.Values("Prefer") {
		for part := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(name), preference) {
				return true
			}
		}
	}
	return false
}
