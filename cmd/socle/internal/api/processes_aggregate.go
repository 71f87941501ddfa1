package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"socle/imu/theme"
	"socle/referentials"
)

// aggregateInputs are those of the process aggregate, named as the parameters of
// /collections/{mesh}/aggregate are.
var aggregateInputs = []string{"mesh", "source", "measure", "by", "wide", "bin", "method", "base", "field", "weights", "weight",
	"filter", "mesh-filter", "profile", "year", "parents"}

// releaseName names the one output of aggregate.
const releaseName = "release"

// jobFormats are the forms of a release that can be within a document.
var jobFormats = slices.DeleteFunc(slices.Clone(releaseFormats), func(f format) bool {
	return f.name != "json" && f.name != "csv" && f.name != "geojson"
})

// aggregateProcess puts a theme on a mesh. It asks the desk, as the path of the same name
// does, so what it gives has passed disclosure.
func (a *API) aggregateProcess() *process {
	p := &process{
		id: "aggregate", title: referentials.Text{FR: "Un thème sur un maillage", EN: "A theme on a mesh"},
		description: referentials.Text{FR: "Porte les valeurs d'une collection sur les mailles d'une autre, sans exposer personne, avec le reçu de comment.",
			EN: "Puts the values of a collection on the cells of another, without exposing anyone, with the receipt of how."},
		prepare: a.prepareAggregate,
	}
	fr, en := aggregateParameterSchemas("fr"), aggregateParameterSchemas("en")
	for _, name := range aggregateInputs {
		in := parcel{name: name, title: referentials.Text{FR: name, EN: name}, schema: object{"type": "string"}}
		switch name {
		case "mesh":
			in.needed, in.description = true, referentials.Text{FR: "Collection dont les objets sont les mailles", EN: "Collection whose features are the cells"}
		case "filter":
			in.description = referentials.Text{FR: "Filtre CQL2 de la source", EN: "CQL2 filter of the source"}
		}
		if described, ok := fr[name].(object); ok {
			in.description.FR, _ = described["description"].(string)
			in.needed, _ = described["required"].(bool)
			in.schema, _ = described["schema"].(object)
		}
		if described, ok := en[name].(object); ok {
			in.description.EN, _ = described["description"].(string)
		}
		p.inputs = append(p.inputs, in)
	}
	if a.publishes() {
		in := parcel{name: publishParameter, title: referentials.Text{FR: publishParameter, EN: publishParameter}}
		for lang, text := range map[string]*string{"fr": &in.description.FR, "en": &in.description.EN} {
			described := publishSchema(lang)
			*text, _ = described["description"].(string)
			in.schema, _ = described["schema"].(object)
		}
		p.inputs = append(p.inputs, in)
	}
	var some []object
	for i := range jobFormats {
		if f := &jobFormats[i]; f.name == "csv" {
			some = append(some, object{"type": "string", "contentMediaType": plain(f.media)})
		} else {
			some = append(some, object{"type": "object", "contentMediaType": plain(f.media)})
		}
	}
	p.outputs = []parcel{{name: releaseName, title: referentials.Text{FR: "Les chiffres et leur reçu", EN: "The figures and their receipt"}, schema: object{"oneOf": some}}}
	return p
}

func (a *API) prepareAggregate(w http.ResponseWriter, r *http.Request, e *execution) (work, error) {
	var id string
	if raw, asked := e.inputs[publishParameter]; asked {
		if err := json.Unmarshal(raw, &id); err != nil {
			return nil, referentials.Errorf(referentials.Invalid, "it is no text").At("input %s", publishParameter)
		}
		if err := a.mayPublish(w, r, id); err != nil {
			return nil, err
		}
		delete(e.inputs, publishParameter)
	}
	asked, err := json.Marshal(e.inputs)
	if err != nil {
		return nil, referentials.Errorf(referentials.Internal, "reading inputs: %w", err)
	}
	q := new(theme.Question)
	if err := json.Unmarshal(asked, q); err != nil {
		return nil, referentials.Errorf(referentials.Invalid, "they are not a question: %w", err).At("inputs")
	}
	f := &jobFormats[0]
	if media := e.formats[releaseName]; media != "" {
		k := slices.IndexFunc(jobFormats, func(f format) bool { return plain(f.media) == media })
		if k < 0 {
			var offers []string
			for i := range jobFormats {
				offers = append(offers, plain(jobFormats[i].media))
			}
			return nil, referentials.Errorf(referentials.Invalid, "it cannot be had as %.60q", media).
				At("outputs, %s", releaseName).Do("use one of: %s", strings.Join(offers, ", "))
		}
		f = &jobFormats[k]
	}
	return func(ctx context.Context, tell func(percent int)) ([]output, error) {
		tell(1)
		release, err := a.desk.Release(ctx, q)
		if err != nil {
			return nil, err
		}
		tell(90)
		out := a.config.Jobs.Buffer()
		if err := encodeRelease(ctx, out, f, release, nil); err != nil {
			return nil, err
		}
		if id != "" {
			if _, err := a.desk.Publish(ctx, id, release); err != nil {
				return nil, err
			}
		}
		return []output{{releaseName, f.media, out.Bytes()}}, nil
	}, nil
}
