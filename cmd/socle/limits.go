package main

import (
	"fmt"
	"net/netip"
	"time"

	"socle/referentials"
)

// minToken is the least that a token may have, in characters.
const minToken = 16

// mostMiB bounds what flags count in mebibytes: a tebibyte.
const mostMiB = 1 << 20

// check refuses values of flags that would leave a server unable to answer.
func (c *serveCmd) check() error {
	for _, n := range []struct {
		flag        string
		value       int64
		least, most int64
	}{
		{"--max-limit", int64(c.MaxLimit), 1, 1 << 31},
		{"--max-concurrent", int64(c.MaxConcurrent), 1, 1 << 20},
		{"--tiles-ahead", int64(c.TilesAhead), 0, 1 << 10},
		{"--tile-memory", int64(min(c.TileMemory, mostMiB+1)), 0, mostMiB},
		{"--max-upload", c.MaxUpload, 1, mostMiB},
		{"--max-geocode", c.MaxGeocode, 1, mostMiB},
	} {
		if n.value < n.least || n.value > n.most {
			return referentials.Errorf(referentials.Invalid, "it must lie between %d and %d", n.least, n.most).At("%s", n.flag)
		}
	}
	for _, d := range []struct {
		flag  string
		value time.Duration
	}{
		{"--request-timeout", c.RequestTimeout},
		{"--cursor-lifetime", c.CursorLifetime},
	} {
		if d.value <= 0 {
			return referentials.Errorf(referentials.Invalid, "%s is no time to wait", d.value).At("%s", d.flag).Do("write it like 60s or 5m")
		}
	}
	if n := len(c.PublishToken); n > 0 && n < minToken {
		return referentials.Errorf(referentials.Invalid, "%d characters can be guessed", n).
			At("--publish-token").Do("take at least %d: openssl rand -hex 24", minToken)
	}
	return nil
}

// network is a range of addresses on the command line; a single one is a range too.
type network netip.Prefix

// UnmarshalText reads "10.0.0.0/8" or "10.0.0.1".
func (n *network) UnmarshalText(text []byte) error {
	if p, err := netip.ParsePrefix(string(text)); err == nil {
		*n = network(p)
		return nil
	}
	a, err := netip.ParseAddr(string(text))
	if err != nil {
		return fmt.Errorf("%q is no network and no address: write 10.0.0.0/8 or 10.0.0.1", text)
	}
	*n = network(netip.PrefixFrom(a, a.BitLen()))
	return nil
}

func prefixes(networks []network) []netip.Prefix {
	out := make([]netip.Prefix, len(networks))
	for i, n := range networks {
		out[i] = netip.Prefix(n)
	}
	return out
}
