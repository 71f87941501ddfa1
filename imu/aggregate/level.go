package aggregate

import "socle/referentials"

// Protected tells whether what is asked for may only leave through a profile.
func (r *Request) Protected() bool { return r.protected() }

// Level gives the part of a release that is on one of its levels, with those above. The
// balance is that of the finest level, and goes only with it.
func (rel *Release) Level(collection string) (*Release, bool) {
	if rel.Table.Collection() == collection {
		return rel, true
	}
	for k, t := range rel.Parents {
		if t.Collection() != collection {
			continue
		}
		receipt := *rel.Receipt
		finest := receipt.Mesh
		receipt.Mesh, receipt.Parents, receipt.Balance = receipt.Parents[k], receipt.Parents[k+1:], nil
		receipt.Notes = append(receipt.Notes[:len(receipt.Notes):len(receipt.Notes)], referentials.Text{
			FR: "Ces chiffres sont ceux de la diffusion sur " + finest.Collection + " : un même total est dit de la même façon partout.",
			EN: "These figures are those of the release on " + finest.Collection + ": the same total is told in the same way everywhere.",
		})
		return &Release{Table: t, Parents: rel.Parents[k+1:], Receipt: &receipt}, true
	}
	return nil, false
}
