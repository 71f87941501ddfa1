package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"socle/cmd/socle/internal/jobs"
)

// TestOpenAPIOfProcesses validates requests and answers of processes against the
// description.
func TestOpenAPIOfProcesses(t *testing.T) {
	openapi3filter.RegisterBodyDecoder(mediaProblem, openapi3filter.JSONBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/plain", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("multipart/related", openapi3filter.FileBodyDecoder)
	a := openProcesses(t, jobs.Options{}, nil)
	doc := description(t, a)
	ask := func(method, target, template, body string, status int, headers ...string) *httptest.ResponseRecorder {
		t.Helper()
		request := func() *http.Request {
			r, err := http.NewRequestWithContext(t.Context(), method, host+target, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.RequestURI = r.URL.RequestURI()
			if body != "" {
				r.Header.Set("Content-Type", mediaJSON)
			}
			for i := 0; i+1 < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			return r
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, request())
		item := doc.Paths.Find(template)
		if item == nil || w.Code != status {
			t.Fatalf("%s %s: %d %s, described: %t", method, target, w.Code, w.Body, item != nil)
		}
		values := map[string]string{}
		if strings.Contains(template, "{jobId}") {
			values["jobId"] = strings.Split(strings.TrimPrefix(target, "/jobs/"), "/")[0]
		}
		in := &openapi3filter.RequestValidationInput{Request: request(), PathParams: values,
			Route: &routers.Route{Spec: doc, Server: doc.Servers[0], Path: template, PathItem: item, Method: method, Operation: item.GetOperation(method)}}
		if err := openapi3filter.ValidateRequest(t.Context(), in); (err == nil) != (status < 400) && status != http.StatusNotFound {
			t.Errorf("%s %s %s: answered %d, but by the description: %v", method, target, body, status, err)
		}
		out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: w.Code, Header: w.Header()}
		out.SetBodyBytes(w.Body.Bytes())
		if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
			t.Errorf("%s %s: %v\n%.400s", method, target, err, w.Body)
		}
		return w
	}
	const echo, figures = "/processes/echo/execution", "/processes/aggregate/execution"
	const question = `{"inputs":{"mesh":"îlots","source":"adresses","measure":"count"}`
	for _, c := range []struct {
		target, body string
		status       int
	}{
		{echo, `{"inputs":{"string":"x"}}`, 200},
		{echo, `{"inputs":{"string":"x","number":1,"array":[1],"object":{"value":{}},"box":{"bbox":[1,2,3,4]},"mixed":"y"}}`, 200},
		{echo, `{"inputs":{"box":{"value":{"bbox":[1,2,3,4,5,6],"crs":"http://www.opengis.net/def/crs/OGC/0/CRS84h"}}},"response":"document"}`, 200},
		{echo, `{"inputs":{"number":"x"}}`, 400},
		{echo, `{"inputs":{"box":{"bbox":[1,2]}}}`, 400},
		{echo, `{"inputs":{"nothing":1}}`, 400},
		{echo, `{"inputs":{"string":"x"},"response":"cooked"}`, 400},
		{echo, `{"outputs":{}}`, 400},
		{figures, question + `}`, 200},
		{figures, question + `,"outputs":{"release":{"format":{"mediaType":"text/csv"},"transmissionMode":"value"}}}`, 200},
		{figures, question + `,"outputs":{"release":{"format":{"mediaType":"application/geo+json"}}},"response":"document"}`, 200},
		{figures, `{"inputs":{"mesh":"îlots","source":"adresses"}}`, 400},
		{figures, `{"inputs":{"mesh":"îlots","source":"adresses","measure":"count","base":"all"}}`, 400},
	} {
		ask(http.MethodPost, c.target, c.target, c.body, c.status)
	}
	job := strings.TrimPrefix(ask(http.MethodPost, figures, figures, question+`}`, http.StatusCreated, "Prefer", "respond-async").Header().Get("Location"), host)
	ends(t, a, job)
	for _, target := range []string{"/processes", "/processes?limit=1", "/processes/echo", "/processes/aggregate", "/jobs", "/jobs?status=successful,failed&limit=1&maxDuration=60"} {
		ask(http.MethodGet, target, strings.Split(target, "?")[0], "", http.StatusOK)
	}
	ask(http.MethodGet, "/jobs?status=done", "/jobs", "", http.StatusBadRequest)
	for _, accept := range []string{"*/*", mediaJSON} {
		ask(http.MethodGet, "/jobs/nothing", "/jobs/{jobId}", "", http.StatusNotFound, "Accept", accept)
		ask(http.MethodGet, job, "/jobs/{jobId}", "", http.StatusOK, "Accept", accept)
		ask(http.MethodGet, job+"/results", "/jobs/{jobId}/results", "", http.StatusOK, "Accept", accept)
	}
	ask(http.MethodDelete, job, "/jobs/{jobId}", "", http.StatusOK)
}
