package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"socle/referentials"
	"socle/referentials/encode"
)

// processClasses are the parts of OGC API Processes that are implemented.
var processClasses = []string{
	"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/ogc-process-description",
	"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/json",
	"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/job-list",
	"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/dismiss",
}

const (
	relProcesses = "http://www.opengis.net/def/rel/ogc/1.0/processes"
	relExecute   = "http://www.opengis.net/def/rel/ogc/1.0/execute"
	relJobs      = "http://www.opengis.net/def/rel/ogc/1.0/job-list"
	relResults   = "http://www.opengis.net/def/rel/ogc/1.0/results"
)

// process is work that clients may ask for. What its descriptions say of inputs is what
// they are held to.
type process struct {
	id                 string
	title, description referentials.Text
	inputs, outputs    []parcel
	// prepare reads what is asked, before any work.
	prepare func(w http.ResponseWriter, r *http.Request, e *execution) (work, error)
}

// parcel is an input or an output of a process.
type parcel struct {
	name        string
	title       referentials.Text
	description referentials.Text
	schema      object
	needed      bool
}

// work makes the outputs of one execution, in their order, and tells how far it is.
type work func(ctx context.Context, tell func(percent int)) ([]output, error)

// output is one value that a process has made, in the form it is sent.
type output struct {
	name, media string
	body        []byte
}

// offered gives the processes of this server: none without jobs to run them.
func (a *API) offered() []*process {
	if a.config.Jobs == nil {
		return nil
	}
	if a.desk == nil {
		return []*process{echo()}
	}
	return []*process{a.aggregateProcess(), echo()}
}

// processAsked finds the process of a path.
func (a *API) processAsked(r *http.Request) (*process, error) {
	id, err := pathValue(r, "id")
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, p := range a.offered() {
		if p.id == id {
			return p, nil
		}
		ids = append(ids, p.id)
	}
	e := referentials.Errorf(referentials.NotFound, "there is no process %.60q", id)
	if near := referentials.Nearest(id, ids); near != "" {
		e = e.Do("did you mean %q?", near)
	}
	return nil, &exception{noSuchProcess, e}
}

// routeProcesses adds the paths of processes and their jobs.
func (a *API) routeProcesses(r chi.Router) {
	on := func(method, path string, h handlerFunc) { r.Method(method, path, a.handle(exceptions(h))) }
	get := func(path string, h handlerFunc) {
		on(http.MethodGet, path, h)
		on(http.MethodHead, path, h)
	}
	get("/processes", a.processes)
	get("/processes/{id}", a.process)
	on(http.MethodPost, "/processes/{id}/execution", a.execute)
	get("/jobs", a.jobs)
	get("/jobs/{id}", a.job)
	on(http.MethodDelete, "/jobs/{id}", a.dismiss)
	get("/jobs/{id}/results", a.results)
}

// processRoots gives the links from the landing page to processes.
func processRoots(b base, lang string) []encode.Link {
	return []encode.Link{
		{Href: b.url("processes"), Rel: relProcesses, Type: mediaJSON, Title: say(lang, "Traitements", "Processes")},
		{Href: b.url("jobs"), Rel: relJobs, Type: mediaJSON, Title: say(lang, "Tâches", "Jobs")},
	}
}

type processDocument struct {
	ID                 string        `json:"id"`
	Title              string        `json:"title"`
	Description        string        `json:"description,omitempty"`
	Version            string        `json:"version"`
	JobControlOptions  []string      `json:"jobControlOptions"`
	OutputTransmission []string      `json:"outputTransmission"`
	Links              []encode.Link `json:"links"`
	Inputs             parcels       `json:"inputs,omitempty"`
	Outputs            parcels       `json:"outputs,omitempty"`
}

// parcels are written in the order of the description, which is the one people read.
type parcels []namedParcel

type namedParcel struct {
	name  string
	value parcelDocument
}

type parcelDocument struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	MinOccurs   *int   `json:"minOccurs,omitempty"`
	Schema      object `json:"schema"`
}

// MarshalJSON writes an object with a member for each parcel.
func (p parcels) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i := range p {
		name, err := json.Marshal(p[i].name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(&p[i].value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// summary describes a process without its inputs and outputs.
func (p *process) summary(b base, lang string) *processDocument {
	return &processDocument{
		ID: p.id, Title: textIn(lang, p.title), Description: textIn(lang, p.description), Version: "1.0.0",
		JobControlOptions: []string{"sync-execute", "async-execute", "dismiss"}, OutputTransmission: []string{"value"},
		Links: []encode.Link{
			{Href: b.url("processes", p.id), Rel: "self", Type: mediaJSON, Title: textIn(lang, p.title)},
			{Href: b.url("processes", p.id, "execution"), Rel: relExecute, Type: mediaJSON, Title: say(lang, "Exécuter", "Execute")},
		},
	}
}

func (p *process) whole(b base, lang string) *processDocument {
	doc := p.summary(b, lang)
	describe := func(list []parcel, input bool) (out parcels) {
		for i := range list {
			d := parcelDocument{Title: textIn(lang, list[i].title), Description: textIn(lang, list[i].description), Schema: list[i].schema}
			if input && list[i].needed {
				d.MinOccurs = new(1)
			} else if input {
				d.MinOccurs = new(0)
			}
			out = append(out, namedParcel{list[i].name, d})
		}
		return out
	}
	doc.Inputs, doc.Outputs = describe(p.inputs, true), describe(p.outputs, false)
	return doc
}

var jsonOnly = documentFormats[:1]

func (a *API) processes(w http.ResponseWriter, r *http.Request) error {
	p, err := parseQuery(r.URL.RawQuery, "f", "limit", "offset")
	if err != nil {
		return err
	}
	all := a.offered()
	page, next, err := a.pageOf(&p, len(all))
	if err != nil {
		return err
	}
	b, lang, f, err := a.speak(w, r, documentFormats)
	if err != nil {
		return err
	}
	doc := struct {
		Processes []*processDocument `json:"processes"`
		Links     []encode.Link      `json:"links"`
	}{[]*processDocument{}, listLinks(b.url("processes"), r, next)}
	for _, p := range all[page.from:page.until] {
		doc.Processes = append(doc.Processes, p.summary(b, lang))
	}
	if f.name == "html" {
		return a.pages.write(w, "processes", lang, b, doc.Processes)
	}
	return writeJSON(w, mediaJSON, &doc)
}

func (a *API) process(w http.ResponseWriter, r *http.Request) error {
	p, err := a.processAsked(r)
	if err != nil {
		return err
	}
	return a.document(w, r, "process-"+p.id, func(b base, lang string) any { return p.whole(b, lang) },
		func(b base, lang string) (string, any) { return "process", newProcessPage(p.whole(b, lang), b) })
}

// speak settles how to answer with what changes from one moment to the next.
func (a *API) speak(w http.ResponseWriter, r *http.Request, formats []format) (b base, lang string, f *format, err error) {
	if b, err = a.base(r); err != nil {
		return b, "", nil, err
	}
	if f, err = negotiate(r, formats); err != nil {
		return b, "", nil, err
	}
	lang = language(r)
	h := w.Header()
	h.Add("Vary", "Accept, Accept-Language")
	h.Set("Content-Language", lang)
	h.Set("Cache-Control", "no-store")
	return b, lang, f, nil
}

// window is a page of a list.
type window struct{ from, until int }

// pageOf cuts a list of n into pages; next is where the next one begins, "" at the end.
func (a *API) pageOf(p *parameters, n int) (page window, next string, err error) {
	limit, err := p.count("limit", 1, a.config.DefaultLimit)
	if err != nil {
		return page, "", err
	}
	offset, err := p.count("offset", 0, 0)
	if err != nil {
		return page, "", err
	}
	page.from = min(offset, n)
	if page.until = page.from + min(limit, a.config.MaxLimit, n-page.from); page.until < n {
		next = strconv.Itoa(page.until)
	}
	return page, next, nil
}

// listLinks gives self and next of a list.
func listLinks(address string, r *http.Request, next string) []encode.Link {
	links := []encode.Link{{Href: with(address, r.URL.Query()), Rel: "self", Type: mediaJSON, Title: "JSON"}}
	if next != "" {
		links = append(links, encode.Link{Href: with(address, r.URL.Query(), "offset", next), Rel: "next", Type: mediaJSON, Title: "JSON"})
	}
	return links
}
