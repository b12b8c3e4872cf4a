package tests

import (
	"fmt"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

func TestOnlyWhatFailsIsExplained(t *testing.T) {
	for _, r := range run(t, protocol.TestParams{Data: `{"limit": 3}`, Explain: "fails"}).Results {
		switch {
		case r.Status != statusFail && r.Explanation != nil:
			t.Errorf("%s: got %v", r.Name, r.Explanation.Lines)
		case r.Status == statusFail && (r.Explanation == nil || !strings.Contains(strings.Join(r.Explanation.Lines, "\n"), "| Fail ")):
			t.Errorf("%s: got %+v", r.Name, r.Explanation)
		}
	}
	for _, r := range run(t, protocol.TestParams{Data: `{"limit": 3}`, Explain: "whoops"}).Results {
		if r.Explanation != nil {
			t.Errorf("%s: got %v for a mode that there is not", r.Name, r.Explanation.Lines)
		}
	}
}

func TestExplanationsOfARunAreBoundedTogether(t *testing.T) {
	var text strings.Builder
	text.WriteString("package a_test\n")
	for i := range 10 {
		fmt.Fprintf(&text, "test_%d if count([x | some x in numbers.range(1, 2000); x > 0]) == 0\n", i)
	}
	lines := 0
	for _, r := range run(t, protocol.TestParams{Modules: []protocol.Module{{Path: "a_test.rego", Text: text.String()}}, Explain: "full"}).Results {
		if r.Explanation != nil {
			lines += len(r.Explanation.Lines)
		}
	}
	if lines != maxExplained {
		t.Errorf("expected %d lines, got %d", maxExplained, lines)
	}
}
