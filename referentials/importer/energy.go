package importer

import (
	"context"
	"fmt"
	"strings"

	"socle/referentials"
)

// energyCollections are the collections of micro-data that hold one energy each. Their
// disclosure rules differ, so that a row of gas must never pass as one of electricity.
var energyCollections = map[string]string{"conso_elec_adresse": "electricity", "conso_gaz_adresse": "gas"}

// energyColumns are where tables say the energy of a row, as folded names.
var energyColumns = []string{"filiere", "operateur"}

// energyOf gives the energy that a value of such a column tells, "" when it tells none.
func energyOf(value string) string {
	v := fold(value)
	switch {
	case v == "":
		return ""
	case v == "e", strings.HasPrefix(v, "elec"), v == "enedis", v == "rte", v == "erdf":
		return "electricity"
	case v == "g", strings.Contains(v, "gaz"), v == "grdf", v == "gas":
		return "gas"
	case v == "c", v == "f", v == "r", strings.HasPrefix(v, "chaleur"), strings.HasPrefix(v, "froid"), strings.HasPrefix(v, "reseau"):
		return "heat or cold"
	}
	return ""
}

// chooseEnergy sends a file of consumption by address to the collection of the energy
// its first rows tell; rows of another energy will be rejected there.
func (in *input) chooseEnergy(ctx context.Context) error {
	if in.known == nil || energyCollections[in.known.collection] == "" {
		return nil
	}
	const looked = 500
	for rec, err := range in.src.Records(ctx) {
		if err != nil {
			return err
		}
		if rec.Number > looked {
			return nil
		}
		for _, name := range energyColumns {
			energy := energyOf(valueAt(rec, in.column(name)).String())
			for collection, e := range energyCollections {
				if e == energy {
					k := *in.known
					k.collection = collection
					in.known = &k
					return nil
				}
			}
		}
	}
	return nil
}

// otherEnergy tells why the row in p.values does not belong to the collection, "" when
// it does.
func (p *publisher) otherEnergy() string {
	takes := energyCollections[p.plan.desc.ID]
	if takes == "" {
		return ""
	}
	for _, name := range energyColumns {
		if i := p.plan.desc.FieldIndex(name); i >= 0 {
			if energy := energyOf(p.values[i].String()); energy != "" && energy != takes {
				return fmt.Sprintf("is of %s: %s takes %s", energy, p.plan.desc.ID, takes)
			}
		}
	}
	return ""
}

// guardMicroData keeps to itself a table that measures addresses one by one, though no
// known format was recognised in it. A sidecar can open it.
func (p *plan) guardMicroData(columns []*column) {
	for _, c := range columns {
		if strings.Contains(c.folded, "de_l_adresse_mwh") || strings.Contains(c.folded, "de_ladresse_mwh") {
			p.desc.Access = referentials.Restricted
			p.notes = append(p.notes, fmt.Sprintf("column %s holds consumption by address: the collection is restricted", c.name))
			return
		}
	}
}
