package api

import (
	"mime"
	"net"
	"net/http"
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
	if host == "" { // HTTP/1.0 may leave it out
		host = reachedAt(r)
	}
	if a.trusts(r.RemoteAddr) {
		if told := forwardedOf(r.Header); len(told) > 0 {
			if v := told[0].proto; v == "http" || v == "https" {
				proto = v
			}
			if v := told[0].host; v != "" {
				host = v
			}
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

// reachedAt gives the address and port that a request came to, "" where nobody knows.
func reachedAt(r *http.Request) string {
	if at, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return at.String()
	}
	return ""
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

// with gives a URL with query parameters set, those with an empty value left out. Names are
// in order, as url.Values writes them; a page of features has a dozen such links.
func with(address string, query url.Values, changes ...string) string {
	var room [24]string
	names := room[:0]
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] != "" {
			names = append(names, changes[i])
		}
	}
	for name := range query {
		if _, ok := changed(name, changes); !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out strings.Builder
	out.Grow(len(address) + 32*len(names))
	out.WriteString(address)
	separator := byte('?')
	write := func(name, value string) {
		out.WriteByte(separator)
		out.WriteString(url.QueryEscape(name))
		out.WriteByte('=')
		out.WriteString(url.QueryEscape(value))
		separator = '&'
	}
	for _, name := range names {
		if value, ok := changed(name, changes); ok {
			write(name, value)
			continue
		}
		for _, value := range query[name] {
			write(name, value)
		}
	}
	return out.String()
}

// changed gives the value of a name in changes, names before their values.
func changed(name string, changes []string) (value string, ok bool) {
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i] == name {
			return changes[i+1], true
		}
	}
	return "", false
}

// linkHeader adds a link to the headers, for formats that have no place for it.
func linkHeader(h http.Header, l encode.Link) {
	h.Add("Link", "<"+l.Href+`>; rel="`+l.Rel+`"; type="`+l.Type+`"`)
}

// contentDisposition names the file of a download, of any letters.
func contentDisposition(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}
