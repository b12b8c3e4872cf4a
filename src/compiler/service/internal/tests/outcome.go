package tests

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

const (
	statusPass  = "pass"
	statusFail  = "fail"
	statusError = "error"
	statusSkip  = "skip"
)

func (s *suite) outcome(r *tester.Result) protocol.TestOutcome {
	o := protocol.TestOutcome{
		Package: r.Package, Name: r.Name, Status: statusOf(r), DurationNs: r.Duration.Nanoseconds(), Output: lines(r.Output),
	}
	if r.Location != nil {
		o.Location = diagnostics.Place(r.Location)
	}
	if r.Error != nil {
		o.Error = s.testError(r.Error)
	}
	for name, sub := range r.SubResults.Iter {
		o.Cases = append(o.Cases, protocol.TestCase{Name: name, Status: statusOfCase(sub)})
	}
	return o
}

func statusOf(r *tester.Result) string {
	switch {
	case r.Skip:
		return statusSkip
	case r.Error != nil:
		return statusError
	case r.Fail:
		return statusFail
	default:
		return statusPass
	}
}

func statusOfCase(sub *tester.SubResult) string {
	if sub.Fail {
		return statusFail
	}
	return statusPass
}

func (s *suite) testError(err error) *protocol.TestError {
	if topdown.IsCancel(err) {
		return &protocol.TestError{Code: topdown.CancelErr, Message: fmt.Sprintf("the test ran longer than %v", s.timeout)}
	}
	return diagnostics.ErrorOf(err)
}

func lines(output []byte) []string {
	text := strings.TrimSuffix(string(output), "\n")
	if text == "" {
		return []string{}
	}
	all := strings.Split(text, "\n")
	return all[:min(len(all), maxOutputLines)]
}
