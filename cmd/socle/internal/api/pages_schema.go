package api

import "socle/referentials"

// schemaPage shows a view of a collection's fields.
type schemaPage struct {
	Kind, ID, Title string
	Fields          []referentials.Field
}

func newSchemaPage(kind string, d *referentials.Descriptor, lang string) schemaPage {
	return schemaPage{kind, d.ID, titleOf(d, lang), d.Fields}
}
