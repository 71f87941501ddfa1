// Package catalog describes the referentials Socle knows: one file each, one sorted list.
//
// Fields keep the producers' names in lower snake case. Their aliases are the names
// other producers, or other vintages, give the same thing; case, accents and punctuation
// do not count when they are compared (see the importer). docs/add-a-referential.md
// walks through adding one.
package catalog

import (
	"slices"
	"strings"

	"socle/referentials"
)

// all lists every referential, sorted by id.
func all() []referentials.Descriptor {
	return []referentials.Descriptor{
		adresses(),
		batiments(),
		carreaux1km(),
		carreaux200m(),
		communes(),
		comptages(),
		consoElecAdresse(),
		consoGazAdresse(),
		consoIris(),
		dpe(),
		filosofiIris(),
		imu(),
		iris(),
		parcelles(),
		parkings(),
		recensementIris(),
		sites(),
		voies(),
	}
}

// All gives the descriptors of every known referential, sorted by id. The copies are the
// caller's own.
func All() []referentials.Descriptor { return all() }

// Lookup gives a copy of the descriptor of that id.
func Lookup(id string) (referentials.Descriptor, bool) {
	list := all()
	i, found := slices.BinarySearchFunc(list, id, func(d referentials.Descriptor, id string) int {
		return strings.Compare(d.ID, id)
	})
	if !found {
		return referentials.Descriptor{}, false
	}
	return list[i], true
}
