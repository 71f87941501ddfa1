package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"socle/cmd/socle/internal/jobs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/query"
)

// jobDocument is a job as statusInfo.yaml writes it.
type jobDocument struct {
	JobID     string        `json:"jobID"`
	ProcessID string        `json:"processID"`
	Type      string        `json:"type"`
	Status    jobs.State    `json:"status"`
	Message   string        `json:"message,omitempty"`
	Progress  int           `json:"progress"`
	Created   string        `json:"created"`
	Started   string        `json:"started,omitempty"`
	Finished  string        `json:"finished,omitempty"`
	Updated   string        `json:"updated"`
	Links     []encode.Link `json:"links"`
}

// describeJob tells how a job does. Why it failed is for who knows its id, not for lists.
func describeJob(s *jobs.Status, b base, lang string, alone bool) *jobDocument {
	instant := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	doc := &jobDocument{
		JobID: s.ID, ProcessID: s.Process, Type: "process", Status: s.State, Progress: s.Progress,
		Created: instant(s.Created), Started: instant(s.Started), Finished: instant(s.Finished), Updated: instant(s.Updated),
		Links: []encode.Link{{Href: b.url("jobs", s.ID), Rel: "monitor", Type: mediaJSON, Title: say(lang, "Cette tâche", "This job")}},
	}
	if alone {
		doc.Links[0].Rel = "self"
		doc.Links = append(doc.Links,
			encode.Link{Href: b.url("jobs", s.ID), Rel: "monitor", Type: mediaJSON, Title: say(lang, "Cette tâche", "This job")},
			encode.Link{Href: b.url("jobs"), Rel: "up", Type: mediaJSON, Title: say(lang, "Tâches", "Jobs")})
		if s.Err != nil {
			p := newProblem(s.Err, "")
			doc.Message = p.Title
			if p.Detail != "" {
				doc.Message = p.Detail
			}
		}
	}
	if s.State == jobs.Successful {
		doc.Links = append(doc.Links, encode.Link{Href: b.url("jobs", s.ID, "results"), Rel: relResults, Type: mediaJSON, Title: say(lang, "Résultats", "Results")})
	}
	return doc
}

// jobID gives the job of a path.
func jobID(r *http.Request) (string, error) {
	if _, err := parseQuery(r.URL.RawQuery, "f"); err != nil {
		return "", err
	}
	return pathValue(r, "id")
}

// jobAsked gives err as that of a job that may be unknown.
func jobAsked(err error) error {
	if referentials.CodeOf(err) == referentials.NotFound {
		return &exception{noSuchJob, err}
	}
	return err
}

func (a *API) job(w http.ResponseWriter, r *http.Request) error {
	return a.answerJob(w, r, documentFormats, a.config.Jobs.Status)
}

func (a *API) dismiss(w http.ResponseWriter, r *http.Request) error {
	return a.answerJob(w, r, jsonOnly, a.config.Jobs.Dismiss)
}

func (a *API) answerJob(w http.ResponseWriter, r *http.Request, formats []format, ask func(id string) (jobs.Status, error)) error {
	id, err := jobID(r)
	if err != nil {
		return err
	}
	b, lang, f, err := a.speak(w, r, formats)
	if err != nil {
		return err
	}
	s, err := ask(id)
	if err != nil {
		return jobAsked(err)
	}
	if f.name == "html" {
		return a.pages.write(w, "job", lang, b, newJobPage(describeJob(&s, b, lang, true), lang))
	}
	return writeJSON(w, mediaJSON, describeJob(&s, b, lang, true))
}

// results gives what a job has made, or why it has not.
func (a *API) results(w http.ResponseWriter, r *http.Request) error {
	id, err := jobID(r)
	if err != nil {
		return err
	}
	result, s, err := a.config.Jobs.Result(id)
	switch {
	case err != nil:
		return jobAsked(err)
	case !s.State.Ended():
		return &exception{notReady, referentials.Errorf(referentials.NotFound, "the job is %s: it has no result yet", s.State).
			Do("ask for its status until it is successful")}
	case s.Err != nil:
		return s.Err
	case result == nil:
		return referentials.Errorf(referentials.Gone, "the job was dismissed").Do("execute the process again")
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeBytes(w, result.Media, result.Body)
}

// jobParameters are those of the list of jobs.
var jobParameters = []string{"f", "limit", "offset", "type", "processID", "status", "datetime", "minDuration", "maxDuration"}

// jobs lists the jobs that were asked for from where the request comes. Who knows the id of
// another may follow it, fetch what it made and dismiss it: ids cannot be guessed.
func (a *API) jobs(w http.ResponseWriter, r *http.Request) error {
	p, err := parseQuery(r.URL.RawQuery, jobParameters...)
	if err != nil {
		return err
	}
	fits, err := a.jobFilter(&p)
	if err != nil {
		return err
	}
	list := a.config.Jobs.List(a.client(r))
	list = slices.DeleteFunc(list, func(s jobs.Status) bool { return !fits(&s) })
	page, next, err := a.pageOf(&p, len(list))
	if err != nil {
		return err
	}
	b, lang, f, err := a.speak(w, r, documentFormats)
	if err != nil {
		return err
	}
	doc := struct {
		Jobs  []*jobDocument `json:"jobs"`
		Links []encode.Link  `json:"links"`
	}{[]*jobDocument{}, listLinks(b.url("jobs"), r, next)}
	for i := range list[page.from:page.until] {
		doc.Jobs = append(doc.Jobs, describeJob(&list[page.from+i], b, lang, false))
	}
	if f.name == "html" {
		return a.pages.write(w, "jobs", lang, b, newJobsPage(doc.Jobs, lang))
	}
	return writeJSON(w, mediaJSON, &doc)
}

// jobFilter reads which jobs are asked for.
func (a *API) jobFilter(p *parameters) (func(*jobs.Status) bool, error) {
	if _, err := choices(p, "type", []string{"process"}); err != nil {
		return nil, err
	}
	processes := p.list("processID")
	var names []string
	for _, s := range jobs.States() {
		names = append(names, string(s))
	}
	states, err := choices(p, "status", names)
	if err != nil {
		return nil, err
	}
	least, err := p.count("minDuration", 0, 0)
	if err != nil {
		return nil, err
	}
	most, err := p.count("maxDuration", 0, -1)
	if err != nil {
		return nil, err
	}
	var span query.Span
	if text := p.get("datetime"); text != "" {
		if span, err = query.ParseSpan(text); err != nil {
			return nil, at(err, "parameter datetime")
		}
	}
	return func(s *jobs.Status) bool {
		took := a.duration(s).Seconds()
		return (processes == nil || slices.Contains(processes, s.Process)) && (states == nil || slices.Contains(states, string(s.State))) &&
			took >= float64(least) && (most < 0 || took <= float64(most)) && within(span, s.Created)
	}, nil
}

// duration is how long a job has run.
func (a *API) duration(s *jobs.Status) time.Duration {
	switch {
	case s.Started.IsZero():
		return 0
	case s.Finished.IsZero():
		return a.now().Sub(s.Started)
	}
	return s.Finished.Sub(s.Started)
}

// within tells whether an instant is in a span; days last to their end.
func within(span query.Span, t time.Time) bool {
	if !span.From.IsNull() && t.Before(span.From.Time()) {
		return false
	}
	if span.To.IsNull() {
		return true
	}
	until := span.To.Time()
	if span.To.Type() == referentials.Date {
		return t.Before(until.AddDate(0, 0, 1))
	}
	return !t.After(until)
}

// list reads a comma list, nil when there is none.
func (p *parameters) list(name string) []string {
	if p.get(name) == "" {
		return nil
	}
	return strings.Split(p.get(name), ",")
}

// choices reads a comma list of known words.
func choices(p *parameters, name string, words []string) ([]string, error) {
	list := p.list(name)
	for _, v := range list {
		if !slices.Contains(words, v) {
			return nil, referentials.Errorf(referentials.Invalid, "%.40q is not one of its values", v).
				At("parameter %s", name).Do("use one or more of %s", strings.Join(words, ","))
		}
	}
	return list, nil
}
