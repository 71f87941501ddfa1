package catalog

import "socle/referentials"

// Units of measures, in UCUM. Counts of things have the unit 1.
const (
	count           = "1"
	metre           = "m"
	squareM         = "m2"
	cubicM          = "m3"
	hectare         = "har"
	perHectare      = "1/har"
	metrePerSquareM = "m.m-2"
	degree          = "deg"
	gon             = "gon"
	percent         = "%"
	euro            = "EUR"
	megawattH       = "MW.h"
	kilowattH       = "kW.h"
	kilogram        = "kg"
	year            = "a"
)

// Producers, as they sign their data.
const (
	rennes = "Rennes Métropole"
	insee  = "INSEE"
	ign    = "IGN"
)

// Licences, by their SPDX identifier.
const (
	etalab = "etalab-2.0"
	odbl   = "ODbL-1.0"
)

func words(fr, en string) referentials.Text { return referentials.Text{FR: fr, EN: en} }

// column builds a field: a constructor names it and types it, the methods say the rest.
type column referentials.Field

func columns(list ...column) []referentials.Field {
	fields := make([]referentials.Field, len(list))
	for i, c := range list {
		fields[i] = referentials.Field(c)
	}
	return fields
}

func text(name, fr, en string) column     { return newColumn(name, referentials.String, fr, en) }
func integer(name, fr, en string) column  { return newColumn(name, referentials.Integer, fr, en) }
func number(name, fr, en string) column   { return newColumn(name, referentials.Number, fr, en) }
func boolean(name, fr, en string) column  { return newColumn(name, referentials.Boolean, fr, en) }
func day(name, fr, en string) column      { return newColumn(name, referentials.Date, fr, en) }
func instant(name, fr, en string) column  { return newColumn(name, referentials.DateTime, fr, en) }
func category(name, fr, en string) column { return text(name, fr, en).role(referentials.Category) }

func newColumn(name string, t referentials.FieldType, fr, en string) column {
	return column{Name: name, Type: t, Title: words(fr, en), Disclosure: referentials.Public}
}

func (c column) role(r referentials.Role) column { c.Role = r; return c }
func (c column) key() column                     { return c.role(referentials.Key) }

// keyOf is the key of a table about the features of another collection, each once.
func (c column) keyOf(collection string) column {
	c.Role, c.Refers = referentials.Key, collection
	return c
}

func (c column) label() column         { return c.role(referentials.Label) }
func (c column) time() column          { return c.role(referentials.Time) }
func (c column) in(unit string) column { c.Unit = unit; return c }

// refers says that values are keys of another collection.
func (c column) refers(collection string) column {
	c.Role, c.Refers = referentials.Ref, collection
	return c
}

// extensive makes a measure that adds up.
func (c column) extensive(unit string) column {
	c.Role, c.Unit = referentials.Extensive, unit
	return c
}

// intensive makes a measure combined as a mean weighed by another field.
func (c column) intensive(unit, weight string) column {
	c.Role, c.Unit, c.Weight = referentials.Intensive, unit, weight
	return c
}

// uncombinable makes an intensive measure that no weight can combine, and says why.
func (c column) uncombinable(unit, fr, en string) column {
	c.Role, c.Unit, c.Description = referentials.Intensive, unit, words(fr, en)
	return c
}

// terms are the values a category is known to take.
func (c column) terms(list ...referentials.Term) column { c.Terms = list; return c }

func (c column) about(fr, en string) column { c.Description = words(fr, en); return c }

// confidential values leave only inside an aggregate that passed a disclosure profile.
func (c column) confidential() column { c.Disclosure = referentials.Confidential; return c }

// unitCount marks how many units stand behind a row.
func (c column) unitCount() column { c.Disclosure = referentials.UnitCount; return c }

func (c column) aka(names ...string) column { c.Aliases = names; return c }

// rowNumber is the key of tables whose producer gives none.
func rowNumber(name string) column {
	return integer(name, "Numéro de ligne", "Row number").key().
		about("Rang de la ligne dans le fichier : il n'est pas stable d'une livraison à l'autre.",
			"Rank of the row in the file: it is not stable from one delivery to the next.")
}
