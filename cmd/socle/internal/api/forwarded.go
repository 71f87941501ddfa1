package api

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// forwarded is one proxy's word on the request that it passes on, in the terms of RFC 7239.
type forwarded struct {
	by    string // whom the proxy answers: an address, maybe with a port
	proto string
	host  string
}

// forwardedOf reads what proxies say, the outermost first. Those that write X-Forwarded
// headers say nothing in Forwarded, which then is the client's own invention.
func forwardedOf(h http.Header) []forwarded {
	if proto, host, by := h.Get("X-Forwarded-Proto"), h.Get("X-Forwarded-Host"), h.Values("X-Forwarded-For"); proto != "" || host != "" || len(by) > 0 {
		out := make([]forwarded, 1)
		if len(by) > 0 {
			addresses := strings.Split(strings.Join(by, ","), ",")
			out = make([]forwarded, len(addresses))
			for i := range addresses {
				out[i].by = strings.TrimSpace(addresses[i])
			}
		}
		out[0].proto, out[0].host = firstOf(proto), firstOf(host)
		return out
	}
	var out []forwarded
	for _, element := range splitQuoted(strings.Join(h.Values("Forwarded"), ","), ',') {
		var f forwarded
		for _, pair := range splitQuoted(element, ';') {
			name, value, _ := strings.Cut(pair, "=")
			value = unquote(strings.TrimSpace(value))
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "for":
				f.by = value
			case "proto":
				f.proto = strings.ToLower(value)
			case "host":
				f.host = value
			}
		}
		out = append(out, f)
	}
	return out
}

// firstOf gives the first of a comma list: what the outermost proxy said.
func firstOf(list string) string {
	first, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(first)
}

// splitQuoted cuts a list where the separator is not within quotes.
func splitQuoted(list string, separator byte) []string {
	var out []string
	quoted, from := false, 0
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			out, from = append(out, list[from:i]), i+1
		}
	}
	return append(out, list[from:])
}

// unquote reads a quoted-string of RFC 9110; what is none is as it is.
func unquote(value string) string {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return value
	}
	value = value[1 : len(value)-1]
	if !strings.Contains(value, `\`) {
		return value
	}
	var out strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			i++
		}
		out.WriteByte(value[i])
	}
	return out.String()
}

// isForwarded tells whether a proxy says for whom it asks: what that means depends on the proxy.
func isForwarded(h http.Header) bool {
	for name := range h {
		if name == "Forwarded" || strings.HasPrefix(name, "X-Forwarded-") {
			return true
		}
	}
	return false
}

// client gives the address that a request comes from: beyond trusted proxies, each of which
// tells whom it answers, the last one told of. What others say is not even read.
func (a *API) client(r *http.Request) string {
	at := addressOf(r.RemoteAddr)
	if !a.isProxy(at) {
		return at.String()
	}
	told := forwardedOf(r.Header)
	for k := len(told) - 1; k >= 0 && a.isProxy(at); k-- {
		next := addressOf(told[k].by)
		if !next.IsValid() {
			break
		}
		at = next
	}
	return at.String()
}

// addressOf reads an address with or without a port; zero when it is none.
func addressOf(text string) netip.Addr {
	host, _, err := net.SplitHostPort(text)
	if err != nil {
		host = strings.Trim(text, "[]")
	}
	ip, _ := netip.ParseAddr(host) // zero when it is none
	return ip.Unmap().WithZone("")
}

func (a *API) trusts(remote string) bool { return a.isProxy(addressOf(remote)) }

func (a *API) isProxy(at netip.Addr) bool {
	return slices.ContainsFunc(a.config.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(at) })
}
