package source

import (
	"fmt"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

func parse(t *testing.T, c *Cache, version string, modules ...protocol.Module) *Set {
	t.Helper()
	found := diagnostics.NewList(modules)
	set, ok := c.Parse(modules, version, found)
	if !ok {
		t.Fatal(found.Sorted())
	}
	return set
}

func TestTheCacheGoesByPathVersionAndText(t *testing.T) {
	c := NewCache()
	m := protocol.Module{Path: "a.rego", Text: "package a\nimport rego.v1\np := 1"}
	first := parse(t, c, "v1", m)
	if again := parse(t, c, "v1", m); again.Modules[0] != first.Modules[0] || again.Stats.Cached != 1 {
		t.Error("the same module was parsed twice")
	}
	moved, edited := m, m
	moved.Path = "b.rego"
	edited.Text += "\n"
	for _, set := range []*Set{parse(t, c, "v1", moved), parse(t, c, "v1", edited), parse(t, c, "v0", m)} {
		if set.Stats.Parsed != 1 {
			t.Errorf("expected a new parse, got %+v", set.Stats)
		}
	}
}

func TestTheCacheIsBoundedAndForgetsTheOldest(t *testing.T) {
	c := NewCache()
	c.limit = 10_000
	var modules []protocol.Module
	for i := range 20 {
		modules = append(modules, protocol.Module{Path: fmt.Sprint(i), Text: "package a\n" + strings.Repeat("#\n", 500)})
	}
	for _, m := range modules {
		parse(t, c, "v1", m)
	}
	if c.bytes > c.limit || len(c.entries) != c.order.Len() {
		t.Errorf("%d bytes in %d entries", c.bytes, len(c.entries))
	}
	if set := parse(t, c, "v1", modules[19]); set.Stats.Cached != 1 {
		t.Error("the newest was forgotten")
	}
	if set := parse(t, c, "v1", modules[0]); set.Stats.Parsed != 1 {
		t.Error("the oldest was kept")
	}
}
