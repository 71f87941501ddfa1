// Package filter is the Common Query Language, CQL2 (OGC 21-065r2): its tree, its types
// and what they mean. Below it, cql2 reads and writes the text and JSON forms, eval
// evaluates a filter over columns in memory, and sql compiles it for PostGIS. Both must
// give the same rows: what follows is their common contract.
//
//	text, JSON ─▶ cql2 ─▶ Expr ─▶ Bind(Schema) ─▶ *Node ─▶ eval: rows of a snapshot
//	                                                   └─▶ sql:  WHERE of PostGIS
//
// An [Expr] is what was written. A [Node] is what it means for one collection: every name
// resolved, every operand typed, every literal of the type it is compared with.
//
// # Meaning
//
// Truth has three values, as in SQL: a comparison with null is unknown, a row is selected
// when the filter is true for it.
//
// Text compares in the order of its bytes, whatever the locale. LIKE knows % (any run of
// characters), _ (one character) and \ (the next character as it is). CASEI is Unicode's
// full case folding; ACCENTI decomposes (NFD), drops nonspacing marks and recomposes
// (NFC).
//
// Two integers compare exactly, an integer and a number as float64. Arithmetic is in
// float64; a result without a finite value (division by zero, overflow) is null, as is one
// that underflows to zero. div truncates toward zero; % has the sign of its left operand.
//
// A date is a day, a timestamp an instant in microseconds, UTC. Compared by =, <… with a
// timestamp, a date is its midnight. In the T_ functions a date beside a date is one
// instant of a calendar of days; beside timestamps it is the whole day: from 00:00 to
// 23:59:59.999999. An end of an interval written '..' is open; one that is null makes the
// predicate unknown.
//
// Shapes compare in the CRS of the literals (filter-crs): the collection's geometry is
// brought there, two properties compare in the storage CRS. area, length, distance and
// buffer are in metres of the storage CRS, which must be a plane in metres. A BBOX whose
// west is east of its east crosses the antimeridian. A row without geometry is unknown.
//
// Arrays compare by their JSON values: A_EQUALS the same elements in the same order,
// A_CONTAINS, A_CONTAINEDBY and A_OVERLAPS as sets. A value that is no array is unknown.
package filter
