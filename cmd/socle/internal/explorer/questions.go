package explorer

import (
	_ "embed" // for questions.json
	"encoding/json"
	"slices"

	"socle/referentials"
)

//go:embed questions.json
var questionText []byte

// Question is a theme that people ask for so often that it has a name. It is offered where
// its source and fields are there.
type Question struct {
	Title   referentials.Text `json:"title"`
	Source  string            `json:"source"`
	Measure string            `json:"measure"`
	Needs   []string          `json:"needs"`  // fields of the source
	Meshes  []string          `json:"meshes"` // the first that is there is taken
}

// questionsFor gives the questions that a menu can answer.
func questionsFor(m *Menu) ([]Question, error) {
	var all []Question
	if err := json.Unmarshal(questionText, &all); err != nil {
		return nil, referentials.Errorf(referentials.Internal, "the questions of the map: %w", err)
	}
	out := []Question{}
	for _, q := range all {
		at := slices.IndexFunc(m.Sources, func(s Source) bool { return s.ID == q.Source })
		if at < 0 || !m.Sources[at].has(q.Needs) {
			continue
		}
		q.Meshes = slices.DeleteFunc(q.Meshes, func(id string) bool { return !m.Sources[at].reaches(id) })
		if len(q.Meshes) > 0 {
			out = append(out, q)
		}
	}
	return out, nil
}

func (s *Source) has(names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		return !slices.ContainsFunc(s.Fields, func(f Field) bool { return f.Name == name })
	})
}

// reaches tells whether some method puts the source on a mesh by itself.
func (s *Source) reaches(mesh string) bool {
	for _, m := range s.Meshes {
		if m.Mesh != mesh {
			continue
		}
		for _, c := range m.Choices {
			if c.Chosen {
				return true
			}
		}
	}
	return false
}
