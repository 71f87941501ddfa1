package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"socle/cmd/socle/internal/explorer"
)

// TestMapPage follows the page to its files, which browsers keep for good.
func TestMapPage(t *testing.T) {
	a := open(t, nil)
	page := ask(t, a, "/map").Body.String()
	if !a.explorer.Complete() {
		if !strings.Contains(page, "make build") || strings.Contains(page, "main.js") {
			t.Errorf("the page does not say that MapLibre GL is missing:\n%s", page)
		}
		t.Fatal("MapLibre GL is not there: run `make web`")
	}
	links := regexp.MustCompile(`(?:src|href)="(/map/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(links) < 4 {
		t.Fatalf("the page loads only %v", links)
	}
	for _, link := range links {
		w := ask(t, a, link[1])
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d", link[1], w.Code)
		}
		if link[1] != "/map/menu" && w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", link[1], w.Header().Get("Cache-Control"))
		}
	}
	if regexp.MustCompile(`<script[^>]*>[^<]|<style|\son[a-z]+=|\sstyle=`).MatchString(page) {
		t.Error("the page has a script or a style in itself")
	}
	if w := ask(t, a, "/map/0123456789abcdef/main.js"); w.Code != http.StatusNotFound {
		t.Errorf("a file of another version: %d", w.Code)
	}
	file := "/map/" + a.explorer.Tag() + "/maplibre-gl.mjs"
	plain, squeezed := ask(t, a, file), ask(t, a, file, "Accept-Encoding", "gzip")
	if squeezed.Header().Get("Content-Encoding") != "gzip" || 3*squeezed.Body.Len() > plain.Body.Len() {
		t.Errorf("%d bytes are sent as %d, Content-Encoding %q", plain.Body.Len(), squeezed.Body.Len(), squeezed.Header().Get("Content-Encoding"))
	}
}

// TestMapMenu holds the menu to what is public.
func TestMapMenu(t *testing.T) {
	a := open(t, nil)
	var menu explorer.Menu
	if err := json.Unmarshal(ask(t, a, "/map/menu").Body.Bytes(), &menu); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, l := range menu.Layers {
		ids = append(ids, l.ID)
		c, ok := a.public().Collection(l.ID)
		if !ok || c.Len() != l.Count || len(c.Descriptor().Fields) != len(l.Fields) {
			t.Errorf("layer %s is not as it is public", l.ID)
		}
	}
	if !slices.Contains(ids, "adresses") || slices.Contains(ids, "filosofi") {
		t.Errorf("the layers are %v: those with a shape, and no other", ids)
	}
}
