package api

import (
	"strconv"
	"strings"

	"socle/tiles/cache"
)

// codings says how much a client wants answers in each content coding, from 0 (not at all)
// to 1.
type codings struct{ gzip, zstd, brotli, identity float64 }

// codingsOf reads Accept-Encoding. Of the codings that "*" stands for it takes gzip, which
// is at hand.
func codingsOf(values []string) codings {
	const unnamed = -1
	c, other := codings{gzip: unnamed}, 0.0
	for _, value := range values {
		for value != "" {
			var part string
			part, value, _ = strings.Cut(value, ",")
			name, parameters, _ := strings.Cut(part, ";")
			q := 1.0
			if parameters != "" {
				var err error
				if q, err = strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(parameters), "q="), 64); err != nil {
					continue
				}
			}
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "gzip", "x-gzip":
				c.gzip = q
			case "zstd":
				c.zstd = q
			case "br":
				c.brotli = q
			case "identity":
				c.identity = q
			case "*":
				other = q
			}
		}
	}
	if c.gzip == unnamed {
		c.gzip = other
	}
	return c
}

// take tells whether an answer may be in a coding.
func (c *codings) take(coding string) bool {
	switch coding {
	case "gzip":
		return c.gzip > 0
	case "zstd":
		return c.zstd > 0
	case "br":
		return c.brotli > 0
	}
	return false
}

// preferredEncoding reads Accept-Encoding. Between equals it takes gzip, which is at hand.
func preferredEncoding(values []string) cache.Encoding {
	c := codingsOf(values)
	switch {
	case c.gzip > 0 && c.gzip >= c.zstd && c.gzip >= c.identity:
		return cache.Gzip
	case c.zstd > 0 && c.zstd >= c.identity:
		return cache.Zstd
	}
	return cache.Identity
}
