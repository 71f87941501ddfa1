package synth

import (
	"os"
	"path/filepath"

	"socle/referentials"
)

// descriptions go beside the layers that no known referential describes, as an operator
// would write them.
var descriptions = [...]struct{ file, text string }{
	{"hydro.geojson", `title: {fr: Surfaces en eau, en: Water}
description: {fr: "Cours d'eau de la métropole synthétique.", en: Watercourses of the synthetic metropolis.}
class: intérêt territorial
licence: etalab-2.0
tiles: {minZoom: 6, maxZoom: 17}
`},
	{"rail.geojson", `title: {fr: Voies ferrées, en: Railways}
description: {fr: Lignes de chemin de fer de la métropole synthétique., en: Railway lines of the synthetic metropolis.}
class: intérêt territorial
licence: etalab-2.0
tiles: {minZoom: 8, maxZoom: 17}
`},
	{"vegetation.geojson", `title: {fr: Végétation, en: Vegetation}
description: {fr: Parcs et bois de la métropole synthétique., en: Parks and woods of the synthetic metropolis.}
class: intérêt territorial
licence: etalab-2.0
tiles: {minZoom: 9, maxZoom: 17}
`},
}

func writeDescriptions(dir string) error {
	for _, d := range descriptions {
		path := filepath.Join(dir, d.file+".yaml")
		if err := os.WriteFile(path, []byte(d.text), 0o644); err != nil {
			return referentials.Errorf(referentials.Unavailable, "cannot write: %w", err).At("%s", path)
		}
	}
	return nil
}
