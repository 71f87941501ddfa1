package api

import (
	"strconv"
	"strings"
	"time"

	"socle/cmd/socle/internal/jobs"
	"socle/referentials"
)

// processPage is one process.
type processPage struct {
	*processDocument
	Address string
	Asks    []parcelRow
	Gives   []parcelRow
}

// parcelRow is an input or an output as pages describe it.
type parcelRow struct {
	Name, Title, Description, Type string
	Needed                         bool
}

func newProcessPage(doc *processDocument, b base) processPage {
	rows := func(list parcels) (out []parcelRow) {
		for _, p := range list {
			out = append(out, parcelRow{p.name, p.value.Title, p.value.Description, typeIn(p.value.Schema), p.value.MinOccurs != nil && *p.value.MinOccurs > 0})
		}
		return out
	}
	return processPage{doc, b.url("processes", doc.ID, "execution"), rows(doc.Inputs), rows(doc.Outputs)}
}

// typeIn gives in short what a schema allows.
func typeIn(schema object) string {
	if some, ok := schema["oneOf"].([]object); ok {
		var parts []string
		for _, s := range some {
			if media, ok := s["contentMediaType"].(string); ok {
				parts = append(parts, media)
			} else if t := typeIn(s); t != "" {
				parts = append(parts, t)
			}
		}
		return strings.Join(parts, ", ")
	}
	if some, ok := schema["enum"].([]string); ok {
		return strings.Join(some, ", ")
	}
	t, _ := schema["type"].(string)
	return t
}

// jobPage is one job, and jobsPage a page of their list.
type jobPage struct {
	*jobDocument
	State   string // the status in words
	Began   string
	Took    string // "" while it runs
	Ended   bool
	Results string // where they are, "" when there are none
}

type jobsPage []jobPage

func newJobPage(doc *jobDocument, lang string) jobPage {
	p := jobPage{jobDocument: doc, State: wordIn(lang, stateWords, string(doc.Status)), Ended: doc.Status.Ended()}
	if t, err := time.Parse(time.RFC3339Nano, doc.Created); err == nil {
		p.Began = localInstant(t.Truncate(time.Second), lang)
	}
	from, err := time.Parse(time.RFC3339Nano, doc.Started)
	until, err2 := time.Parse(time.RFC3339Nano, doc.Finished)
	if err == nil && err2 == nil {
		p.Took = localNumber(strconv.FormatInt(until.Sub(from).Milliseconds(), 10), lang) + "\u00a0ms"
	}
	for _, l := range doc.Links {
		if l.Rel == relResults {
			p.Results = l.Href
		}
	}
	return p
}

func newJobsPage(list []*jobDocument, lang string) jobsPage {
	out := make(jobsPage, 0, len(list))
	for _, doc := range list {
		out = append(out, newJobPage(doc, lang))
	}
	return out
}

var stateWords = words{
	string(jobs.Accepted):   referentials.Text{FR: "en attente", EN: "waiting"},
	string(jobs.Running):    referentials.Text{FR: "en cours", EN: "running"},
	string(jobs.Successful): referentials.Text{FR: "réussie", EN: "successful"},
	string(jobs.Failed):     referentials.Text{FR: "échouée", EN: "failed"},
	string(jobs.Dismissed):  referentials.Text{FR: "abandonnée", EN: "dismissed"},
}
