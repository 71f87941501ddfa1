package blocks

import "testing"

func TestTag(t *testing.T) {
	for _, c := range []struct{ tags, key, want string }{
		{`"tunnel"=>"yes","layer"=>"-1"`, "layer", "-1"},
		{`"tunnel"=>"yes","layer"=>"-1"`, "tunnel", "yes"},
		{`"name"=>"a \"layer\"=>\"2\"","layer"=>"-1"`, "layer", "-1"},
		{`"name"=>"a \\","building:levels"=>"4"`, "building:levels", "4"},
		{`"tunnel"=>"yes"`, "yes", ""},
		{`"tunnel"=>"yes`, "tunnel", ""},
		{`tunnel=yes`, "tunnel", ""},
		{``, "tunnel", ""},
	} {
		if got := tag(c.tags, c.key); got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.key, c.tags, got, c.want)
		}
	}
}

func FuzzTag(f *testing.F) {
	f.Add(`"a"=>"b","c\"d"=>"e\\"`, "a")
	f.Fuzz(func(t *testing.T, tags, key string) {
		if v := tag(tags, key); len(v) > len(tags) {
			t.Error("more comes out than was in it")
		}
	})
}
