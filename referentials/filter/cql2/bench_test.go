package cql2

import "testing"

func BenchmarkParseText(b *testing.B) {
	for name, s := range map[string]string{
		"comparison": `name = 'Rennes'`,
		"client":     `((("population" > 1000) AND (CASEI("nom") LIKE CASEI('saint%'))) OR ("jour" >= TIMESTAMP('2024-01-01T00:00:00.000Z')))`,
		"polygon":    examples(b, "text")["clause7_16"],
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				if _, err := ParseText(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseJSON(b *testing.B) {
	for name, s := range map[string]string{
		"comparison": `{"op":"=","args":[{"property":"name"},"Rennes"]}`,
		"polygon":    examples(b, "json")["clause7_16"],
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				if _, err := ParseJSON([]byte(s)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendText(b *testing.B) {
	e := mustText(b, examples(b, "text")["clause7_16"])
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendText(dst[:0], e)
	}
}
