package api

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"socle/referentials"
	"socle/referentials/encode"
)

// base is what a link begins with, without a slash at its end: the configured base URL,
// or where the client sees us.
type base struct {
	origin string // "https://data.example.org"
	prefix string // "" or "/socle"
}

// base finds the base of a request. The forwarded headers count only when the peer is a
// trusted proxy.
func (a *API) base(r *http.Request) (base, error) {
	if a.config.BaseURL != "" {
		u, err := url.Parse(a.config.BaseURL)
		if err != nil {
			return base{}, err
		}
		return base{u.Scheme + "://" + u.Host, strings.TrimRight(u.EscapedPath(), "/")}, nil
	}
	proto, host, prefix := "http", r.Host, ""
	if r.TLS != nil {
		proto = "https"
	}
	if a.trusts(r.RemoteAddr) {
		if v := firstOf(r.Header.Get("X-Forwarded-Proto")); v == "http" || v == "https" {
			proto = v
		}
		if v := firstOf(r.Header.Get("X-Forwarded-Host")); v != "" {
			host = v
		}
		prefix = strings.TrimRight(firstOf(r.Header.Get("X-Forwarded-Prefix")), "/")
	}
	if !plausibleHost(host) {
		return base{}, referentials.Errorf(referentials.Invalid, "%q is not a host", host).At("header Host")
	}
	if prefix != "" && !plausiblePrefix(prefix) {
		return base{}, referentials.Errorf(referentials.Invalid, "%q is not a path", prefix).At("header X-Forwarded-Prefix")
	}
	return base{proto + "://" + host, prefix}, nil
}

// firstOf gives the first of a comma list: what the outermost proxy said.
func firstOf(list string) string {
	first, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(first)
}

func (a *API) trusts(remote string) bool {
	if len(a.config.TrustedProxies) == 0 {
		return false
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(a.config.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// plausibleHost keeps a Host header from bending links.
func plausibleHost(host string) bool {
	return host != "" && len(host) <= 261 && strings.IndexFunc(host, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune(".-_:[]", c)
	}) < 0
}

func plausiblePrefix(prefix string) bool {
	return strings.HasPrefix(prefix, "/") && !strings.HasPrefix(prefix, "//") && strings.IndexFunc(prefix, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("/.-_~%", c)
	}) < 0
}

// url gives the absolute URL of a path made of segments, which it escapes.
func (b base) url(segments ...string) string { return b.origin + b.path(segments...) }

// path gives the same without the origin, for what pages load from where they came from.
func (b base) path(segments ...string) string {
	p := b.prefix
	for _, s := range segments {
		p += "/" + url.PathEscape(s)
	}
	if p == "" {
		return "/"
	}
	return p
}

// with gives a URL with query parameters set, those with an empty value left out.
func with(address string, query url.Values, changes ...string) string {
	q := url.Values{}
	for name, values := range query {
		q[name] = values
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] == "" {
			q.Del(changes[i])
			continue
		}
		q.Set(changes[i], changes[i+1])
	}
	if len(q) == 0 {
		return address
	}
	return address + "?" + q.Encode()
}

// linkHeader adds a link to the headers, for formats that have no place for it.
func linkHeader(h http.Header, l encode.Link) {
	h.Add("Link", "<"+l.Href+`>; rel="`+l.Rel+`"; type="`+l.Type+`"`)
}

// contentDisposition names the file of a download, of any letters.
func contentDisposition(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}
