package api

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestForwarded has links follow what a trusted proxy writes in the header of RFC 7239.
func TestForwarded(t *testing.T) {
	a := open(t, nil)
	const proxy = "10.1.2.3:99"
	for _, test := range []struct {
		name    string
		headers []string
		want    string
	}{
		{"all", []string{"remote", proxy, "Forwarded", `for=192.0.2.43; Proto=HTTPS;host="data.example.org:8443"`}, "https://data.example.org:8443"},
		{"outermost first", []string{"remote", proxy, "Forwarded", `for="[2001:db8::1]:47";proto=https;host=a.example.org, for=10.0.0.9;proto=http;host=b`}, "https://a.example.org"},
		{"a comma in quotes", []string{"remote", proxy, "Forwarded", `for="_a,b;host=c";proto=https`}, "https://socle.test"},
		{"escaped", []string{"remote", proxy, "Forwarded", `host="a\.example\.org"`}, "http://a.example.org"},
		{"with a prefix", []string{"remote", proxy, "Forwarded", "proto=https;host=a.example.org", "X-Forwarded-Prefix", "/socle"}, "https://a.example.org/socle"},
		{"the proxy speaks the other way", []string{"remote", proxy, "Forwarded", "proto=https;host=forged.example.org", "X-Forwarded-Proto", "http"}, "http://socle.test"},
		{"no proxy", []string{"Forwarded", "proto=https;host=a.example.org"}, "http://socle.test"},
		{"nothing said", []string{"remote", proxy, "Forwarded", ";,;="}, "http://socle.test"},
		{"bad protocol", []string{"remote", proxy, "Forwarded", "proto=javascript"}, "http://socle.test"},
	} {
		if got := get(t, a, "/", 200, test.headers...).link("data"); got != test.want+"/collections" {
			t.Errorf("%s: %q, want %q", test.name, got, test.want+"/collections")
		}
	}
	if w := ask(t, a, "/", "remote", proxy, "Forwarded", `host="evil\"><script>"`); w.Code != http.StatusBadRequest {
		t.Errorf("a host that bends links: %d", w.Code)
	}
	for told, want := range map[string]string{
		"for=198.51.100.7, for=203.0.113.9, for=10.2.3.4": "203.0.113.9",
		`for="[2001:db8::7]:4711"`:                        "2001:db8::7",
		"for=203.0.113.9, for=unknown":                    "10.1.2.3",
		"proto=https":                                     "10.1.2.3",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, host+"/", nil)
		r.RemoteAddr = proxy
		r.Header.Set("Forwarded", told)
		if got := a.client(r); got != want {
			t.Errorf("%s comes from %s, want %s", told, got, want)
		}
	}
}

// TestQuoted splits what was joined, whatever it is made of, once it is in quotes.
func TestQuoted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.StringOf(rapid.SampledFrom([]rune(`ab,;="\ é`))), 1, 5).Draw(t, "values")
		quoted := make([]string, len(values))
		for i, v := range values {
			quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
		}
		parts := splitQuoted(strings.Join(quoted, ","), ',')
		if len(parts) != len(values) {
			t.Fatalf("%q are %d parts", quoted, len(parts))
		}
		for i := range parts {
			if unquote(parts[i]) != values[i] {
				t.Fatalf("%q is read as %q", values[i], unquote(parts[i]))
			}
		}
	})
}

// TestNoHost answers clients of HTTP/1.0, which need not say whom they ask: links lead to
// where they came, and nobody gets what was kept for a client that came elsewhere.
func TestNoHost(t *testing.T) {
	a := open(t, nil)
	for range 2 { // two addresses of one service
		server := httptest.NewServer(a)
		at := server.Listener.Addr().String()
		for range 2 { // the second may be kept
			connection, err := net.Dial("tcp", at)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := fmt.Fprint(connection, "GET /collections/adresses/items?limit=1 HTTP/1.0\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
			if err != nil {
				t.Fatal(err)
			}
			if link := answer.Header.Get("Link"); answer.StatusCode != http.StatusOK || !strings.HasPrefix(link, "<http://"+at+"/collections/adresses/items?") {
				t.Errorf("%s: %d, link %s", at, answer.StatusCode, link)
			}
			_ = answer.Body.Close()
			_ = connection.Close()
		}
		server.Close()
	}
}
