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
// full case folding; ACCENTI decomposes (NFD), drops nonspacing marks (Mn, but for U+3099
// and U+309A, which make other letters of Japanese ones) and recomposes (NFC).
//
// Two integers compare exactly, an integer and a number as float64. Arithmetic is in
// float64; a result without a finite value (division by zero, overflow) is null, as is one
// that underflows to zero (as the quotient that div truncates may). div truncates toward
// zero; % has the sign of its left operand. round goes to the even one of two neighbours.
//
// A date is a day, a timestamp an instant in microseconds, UTC. Compared by =, <… with a
// timestamp, a date is its midnight.
//
// The T_ functions compare a first and a last instant of each operand, b1 to e1 and b2 to
// e2; those of an instant are the same. Where every end of both operands is a date they
// are days. As soon as one is a timestamp they are microseconds, and a date is the whole
// day: it begins at 00:00 and ends at 23:59:59.999999. An end written '..' is before or
// after everything and equal to another such end; one that is null makes the predicate
// unknown.
//
//	T_AFTER      b1 > e2              T_MEETS         e1 = b2
//	T_BEFORE     e1 < b2              T_METBY         b1 = e2
//	T_DISJOINT   b1 > e2 or e1 < b2   T_OVERLAPS      b1 < b2 and e1 > b2 and e1 < e2
//	T_INTERSECTS not T_DISJOINT       T_OVERLAPPEDBY  b1 > b2 and b1 < e2 and e1 > e2
//	T_EQUALS     b1 = b2 and e1 = e2  T_STARTS        b1 = b2 and e1 < e2
//	T_CONTAINS   b1 < b2 and e1 > e2  T_STARTEDBY     b1 = b2 and e1 > e2
//	T_DURING     b1 > b2 and e1 < e2  T_FINISHES      b1 > b2 and e1 = e2
//	                                  T_FINISHEDBY    b1 < b2 and e1 = e2
//
// An interval IS NULL when an end of it is.
//
// Shapes compare in the CRS of the literals (filter-crs): the collection's geometry is
// brought there, two properties compare in the storage CRS. area, length, distance and
// buffer are in metres of the storage CRS, which must be a plane in metres. A BBOX whose
// west is east of its east crosses the antimeridian; one without extent is a line or a
// point. A row without geometry, or that has no image in that CRS, is unknown. Relations
// are those of the dimensionally extended nine-intersection model, as GEOS tells them;
// a collection of shapes S_INTERSECTS what one of its members does; what GEOS cannot tell
// of a shape that is not valid is unknown. A buffer that leaves nothing, or is of more than
// 1e8 m, is null.
//
// Arrays compare as sets of JSON values, whatever their order: A_EQUALS the same elements,
// A_CONTAINS a superset, A_CONTAINEDBY a subset, A_OVERLAPS one in common. Numbers are
// equal by value (1 and 1.0), exactly; objects whatever the order of their members. A date
// or timestamp in an array literal is the text 2024-01-31 or 2024-01-31T12:00:00.5Z (no
// needless zeros), a null field is JSON's null. A value that is no array is unknown, as is
// JSON that PostgreSQL's jsonb cannot hold (a zero character, half of a surrogate pair, a
// number of more than 131,072 digits before or 16,383 after the point), which is null in
// another array.
package filter
