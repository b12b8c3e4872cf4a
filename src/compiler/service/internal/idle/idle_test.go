package idle

import (
	"strings"
	"testing"
)

func TestAskedForByTheFirstArgument(t *testing.T) {
	for _, arguments := range [][]string{{"rego-compiler"}, {"rego-compiler", "other", Word}, nil} {
		if Asked(arguments) {
			t.Errorf("%q asks for no other program", arguments)
		}
	}
	if !Asked([]string{"rego-compiler", Word}) {
		t.Error("the word asks for another program")
	}
}

func TestSaysWhatIsWrong(t *testing.T) {
	for _, told := range []struct {
		program []string
		code    int
		says    string
	}{
		{nil, exitUsage, "usage: rego-compiler idle PROGRAM"},
		{[]string{"/nowhere/program"}, exitNotFound, "/nowhere/program cannot be run: "},
	} {
		var stderr strings.Builder
		code := Run(append([]string{"rego-compiler", Word}, told.program...), &stderr)
		if code != told.code || !strings.HasPrefix(stderr.String(), told.says) {
			t.Errorf("expected %d and %q, got %d and %q", told.code, told.says, code, stderr.String())
		}
	}
}
