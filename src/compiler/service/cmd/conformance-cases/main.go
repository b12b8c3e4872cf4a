// Command conformance-cases compiles the evaluation cases inside the OPA module that go.mod pins, one WebAssembly
// module each, and prints them as JSON lines together with the answers of OPA's own interpreter. Test-only.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"flag"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/test/cases"
)

func main() {
	dir := flag.String("dir", "", "folder with a folder per Rego version; default: v1/test/cases/testdata of the pinned OPA")
	only := flag.String("only", "", "keep cases whose note holds this text")
	versions := flag.String("versions", "v1", "Rego versions, separated by commas")
	overrides := flag.String("overrides", "", "native built-ins that the host answers, separated by commas")
	flag.Parse()
	folder := *dir
	if folder == "" {
		folder = pinnedCases()
	}
	compiler := newCaseCompiler(list(*overrides))
	lines := compileAll(compiler, load(folder, list(*versions), *only))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for line := range lines {
		if err := encoder.Encode(<-line); err != nil {
			log.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}

func pinnedCases() string {
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/open-policy-agent/opa").Output()
	if err != nil {
		log.Fatalf("finding the OPA module: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(module)), "v1/test/cases/testdata")
}

type versioned struct {
	cases.TestCase
	version string
	file    string
}

// load sorts by version and note, so that two runs print the same order.
func load(folder string, versions []string, only string) []versioned {
	var all []versioned
	for _, version := range versions {
		set, err := cases.Load(filepath.Join(folder, version))
		if err != nil {
			log.Fatal(err)
		}
		for _, tc := range set.Cases {
			file, err := filepath.Rel(folder, tc.Filename)
			if err != nil {
				log.Fatal(err)
			}
			if strings.Contains(tc.Note, only) {
				all = append(all, versioned{tc, version, filepath.ToSlash(file)})
			}
		}
	}
	slices.SortFunc(all, func(a, b versioned) int {
		return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.Note, b.Note), cmp.Compare(a.file, b.file))
	})
	return all
}

// compileAll works ahead of the reader by a bounded number of cases and keeps their order.
func compileAll(compiler *caseCompiler, all []versioned) <-chan chan *line {
	workers := runtime.NumCPU()
	lines := make(chan chan *line, 4*workers)
	slots := make(chan struct{}, workers)
	go func() {
		defer close(lines)
		for _, tc := range all {
			slots <- struct{}{}
			result := make(chan *line, 1)
			lines <- result
			go func() {
				defer func() { <-slots }()
				result <- compiler.line(tc)
			}()
		}
	}()
	return lines
}
