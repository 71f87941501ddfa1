package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"socle/referentials"
)

// boxSchema is a bounding box as OGC API Processes writes it.
func boxSchema() object {
	number := object{"type": "number"}
	return object{"allOf": []object{
		{"format": "ogc-bbox"},
		{"type": "object", "required": []string{"bbox"}, "properties": object{
			"bbox": object{"type": "array", "items": number, "minItems": 4, "maxItems": 6},
			"crs":  object{"type": "string", "format": "uri", "default": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
		}},
	}}
}

// longestPause is the most seconds that an echo takes its time.
const longestPause = 5

// echo gives back what it gets. Clients and test suites try out with it how processes are
// called.
func echo() *process {
	text := object{"type": "string"}
	kept := []parcel{
		{name: "string", title: referentials.Text{FR: "Un texte", EN: "A text"}, schema: text},
		{name: "number", title: referentials.Text{FR: "Un nombre", EN: "A number"}, schema: object{"type": "number"}},
		{name: "array", title: referentials.Text{FR: "Une liste d'entiers", EN: "A list of whole numbers"}, schema: object{"type": "array", "items": object{"type": "integer"}}},
		{name: "object", title: referentials.Text{FR: "Un objet", EN: "An object"}, schema: object{"type": "object"}},
		{name: "box", title: referentials.Text{FR: "Une emprise", EN: "A bounding box"}, schema: boxSchema()},
		{name: "mixed", title: referentials.Text{FR: "Un texte, un nombre ou un objet", EN: "A text, a number or an object"},
			schema: object{"oneOf": []object{text, {"type": "number"}, {"type": "object"}}}},
		{name: "note", title: referentials.Text{FR: "Un texte d'un type de média", EN: "A text of a media type"}, schema: object{"type": "string", "contentMediaType": "text/plain"}},
	}
	pause := parcel{name: "pause", title: referentials.Text{FR: "Secondes à attendre", EN: "Seconds to wait"}, schema: object{"type": "integer", "minimum": 0, "maximum": longestPause}}
	return &process{
		id: "echo", title: referentials.Text{FR: "Écho", EN: "Echo"},
		description: referentials.Text{FR: "Rend ce qu'il reçoit : pour essayer comment s'appelle un traitement.", EN: "Gives back what it gets: to try out how a process is called."},
		inputs:      append(kept[:len(kept):len(kept)], pause), outputs: kept,
		prepare: prepareEcho,
	}
}

func prepareEcho(_ http.ResponseWriter, _ *http.Request, e *execution) (work, error) {
	var outputs []output
	for i := range e.process.outputs {
		p := &e.process.outputs[i]
		raw, given := e.inputs[p.name]
		if !given || !e.wants(p.name) {
			continue
		}
		if media := e.formats[p.name]; media != "" && media != mediaJSON && media != "text/plain" {
			return nil, referentials.Errorf(referentials.Invalid, "it cannot be had as %.60q", media).At("outputs, %s", p.name)
		}
		out := output{name: p.name, media: mediaJSON, body: raw}
		var text string
		if raw[0] == '"' && e.formats[p.name] != mediaJSON && json.Unmarshal(raw, &text) == nil {
			out.media, out.body = "text/plain; charset=utf-8", []byte(text)
		}
		outputs = append(outputs, out)
	}
	if len(outputs) == 0 {
		return nil, referentials.Errorf(referentials.Invalid, "there is nothing to give back").
			At("inputs").Do("give one of: %s", strings.Join(namesOf(e.process.outputs), ", "))
	}
	var seconds int
	if raw, ok := e.inputs["pause"]; ok {
		if err := json.Unmarshal(raw, &seconds); err != nil {
			return nil, referentials.Errorf(referentials.Invalid, "it is not a whole number").At("input pause")
		}
	}
	return func(ctx context.Context, tell func(percent int)) ([]output, error) {
		if seconds == 0 {
			return outputs, nil
		}
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for s := range seconds {
			tell(100 * s / seconds)
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-ticker.C:
			}
		}
		return outputs, nil
	}, nil
}
