package api

import (
	"maps"

	"socle/cmd/socle/internal/jobs"
)

// describeProcesses adds the paths of processes and jobs. Each process has paths of its own,
// with its inputs.
func (a *API) describeProcesses(paths, schemas, parameters object, lang string) {
	maps.Copy(schemas, processSchemas())
	maps.Copy(parameters, jobParameterSchemas(lang))
	job := say(lang, "Une tâche", "A job")
	paths["/processes"] = object{"get": processOperation("processes", say(lang, "Traitements", "Processes"), refs("f", "limit", "offset"), withPage(ref("schemas", "Processes")))}
	paths["/jobs"] = object{"get": processOperation("jobs", say(lang, "Tâches", "Jobs"),
		refs("f", "limit", "offset", "jobType", "processID", "jobStatus", "datetime", "minDuration", "maxDuration"), withPage(ref("schemas", "Jobs")))}
	status := content(mediaJSON, ref("schemas", "Job"))
	paths["/jobs/{jobId}"] = object{
		"get":    processOperation("job", job, refs("jobId", "f"), withPage(ref("schemas", "Job"))),
		"delete": processOperation("dismiss", say(lang, "Arrêter une tâche, ou jeter son résultat", "Stop a job, or drop its result"), refs("jobId", "f"), status),
	}
	paths["/jobs/{jobId}/results"] = object{"get": processOperation("results", say(lang, "Ce qu'une tâche a fait", "What a job has made"), refs("jobId", "f"), anyContent())}
	for _, p := range a.offered() {
		title := textIn(lang, p.title)
		paths["/processes/"+p.id] = object{"get": processOperation("process."+p.id, title, refs("f"), withPage(ref("schemas", "Process")))}
		paths["/processes/"+p.id+"/execution"] = object{"post": executeOperation(p, title, lang)}
	}
}

// withPage is the content of what is JSON, and a page for browsers.
func withPage(schema object) object {
	out := content(mediaJSON, schema)
	out["text/html"] = object{"schema": object{"type": "string"}}
	return out
}

// processOperation is an operation whose errors are JSON for who asks for JSON alone.
func processOperation(id, summary string, parameters []object, ok object) object {
	problem := object{"schema": ref("schemas", "Problem")}
	return object{
		"operationId": id, "summary": summary, "parameters": append([]object{}, parameters...),
		"responses": object{
			"200": object{"description": summary, "content": ok},
			"default": object{"description": "Exception", "content": object{
				mediaProblem: problem, mediaJSON: problem, "text/html": object{"schema": object{"type": "string"}},
			}},
		},
	}
}

// anyContent is what processes give: one output as it is, several of them, or a document.
func anyContent() object {
	text := object{"schema": object{"type": "string"}}
	return object{mediaJSON: object{"schema": object{}}, "application/geo+json": object{"schema": object{"type": "object"}}, "text/csv": text, "text/plain": text, "multipart/related": text}
}

func executeOperation(p *process, title, lang string) object {
	op := processOperation("execute."+p.id, title, refs("prefer"), anyContent())
	op["description"] = textIn(lang, p.description)
	if responses, ok := op["responses"].(object); ok {
		responses["201"] = object{
			"description": say(lang, "La tâche qui fait le travail", "The job that does the work"),
			"headers":     object{"Location": object{"schema": object{"type": "string", "format": "uri"}}},
			"content":     content(mediaJSON, ref("schemas", "Job")),
		}
	}
	inputs, outputs := object{}, object{}
	var needed []string
	for i := range p.inputs {
		in := &p.inputs[i]
		inputs[in.name] = object{"anyOf": []object{openSchema(in.schema), {"type": "object", "required": []string{"value"}, "properties": object{"value": openSchema(in.schema)}}}}
		if in.needed {
			needed = append(needed, in.name)
		}
	}
	text := object{"type": "string"}
	for i := range p.outputs {
		outputs[p.outputs[i].name] = object{"type": "object", "properties": object{
			"format":           object{"type": "object", "properties": object{"mediaType": text}},
			"transmissionMode": object{"type": "string", "enum": []string{"value"}},
		}}
	}
	of := object{"type": "object", "properties": inputs, "additionalProperties": false}
	if needed != nil {
		of["required"] = needed
	}
	op["requestBody"] = object{"required": true, "content": content(mediaJSON, object{
		"type": "object", "required": []string{"inputs"}, "additionalProperties": false,
		"properties": object{
			"inputs": of, "outputs": object{"type": "object", "properties": outputs, "additionalProperties": false},
			"response": object{"type": "string", "enum": []string{"raw", "document"}, "default": "raw"},
		},
	})}
	return op
}

// openSchema gives a schema as OpenAPI 3.0 knows it, which has no media types of texts.
func openSchema(schema object) object {
	out := object{}
	for name, v := range schema {
		switch v := v.(type) {
		case []object:
			var list []object
			for _, s := range v {
				list = append(list, openSchema(s))
			}
			out[name] = list
		default:
			if name != "contentMediaType" {
				out[name] = v
			}
		}
	}
	return out
}

func jobParameterSchemas(lang string) object {
	text := object{"type": "string"}
	query := func(name, fr, en string, schema object) object {
		return object{"name": name, "in": "query", "required": false, "description": say(lang, fr, en), "schema": schema, "style": "form", "explode": false}
	}
	seconds := object{"type": "integer", "minimum": 0}
	return object{
		"jobType":     query("type", "Sorte de tâches", "Kind of jobs", object{"type": "array", "items": object{"type": "string", "enum": []string{"process"}}}),
		"processID":   query("processID", "Traitements", "Processes", object{"type": "array", "items": text}),
		"jobStatus":   query("status", "États", "States", object{"type": "array", "items": object{"type": "string", "enum": jobs.States()}}),
		"minDuration": query("minDuration", "Secondes, au moins", "Seconds, at least", seconds),
		"maxDuration": query("maxDuration", "Secondes, au plus", "Seconds, at most", seconds),
		"jobId":       object{"name": "jobId", "in": "path", "required": true, "schema": text, "description": say(lang, "Nom de la tâche", "Name of the job")},
		"prefer": object{"name": "Prefer", "in": "header", "required": false, "schema": text,
			"description": say(lang, "respond-async : ne pas attendre, une tâche fait le travail", "respond-async: do not wait, a job does the work")},
	}
}

func processSchemas() object {
	text := object{"type": "string"}
	list := func(items object) object { return object{"type": "array", "items": items} }
	of := func(required []string, properties object) object {
		return object{"type": "object", "required": required, "properties": properties}
	}
	links, instant := list(ref("schemas", "Link")), object{"type": "string", "format": "date-time"}
	parcels := object{"type": "object", "additionalProperties": of([]string{"schema"}, object{
		"title": text, "description": text, "minOccurs": object{"type": "integer"}, "schema": object{"type": "object"}})}
	summary := func(more object) object {
		properties := object{"id": text, "title": text, "description": text, "version": text, "links": links,
			"jobControlOptions": list(text), "outputTransmission": list(text)}
		maps.Copy(properties, more)
		return of([]string{"id", "version", "jobControlOptions", "links"}, properties)
	}
	return object{
		"Processes": of([]string{"processes", "links"}, object{"processes": list(summary(nil)), "links": links}),
		"Process":   summary(object{"inputs": parcels, "outputs": parcels}),
		"Jobs":      of([]string{"jobs", "links"}, object{"jobs": list(ref("schemas", "Job")), "links": links}),
		"Job": of([]string{"jobID", "status", "type"}, object{
			"jobID": text, "processID": text, "type": object{"type": "string", "enum": []string{"process"}},
			"status": object{"type": "string", "enum": jobs.States()}, "message": text,
			"progress": object{"type": "integer", "minimum": 0, "maximum": 100},
			"created":  instant, "started": instant, "finished": instant, "updated": instant, "links": links,
		}),
	}
}
