package tests

import (
	"fmt"
	"slices"
	"sync"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/testrule"
	"defenseclaw-gateway/rego-compiler/internal/units"
)

// Runner answers `test` requests, and remembers how the last one that asked for it ended.
type Runner struct {
	cache *source.Cache
	mu    sync.Mutex
	last  memory
}

func NewRunner(cache *source.Cache) *Runner { return &Runner{cache: cache} }

// memory is of one request.
type memory struct {
	// settings name the data and all else that outcomes depend on beside the modules.
	settings source.Digest
	// sound are the texts of units that compiled.
	sound    map[source.Digest]struct{}
	outcomes map[string]protocol.TestOutcome
}

// recall is what one request needs not do.
type recall struct {
	runner *Runner
	before memory
	units  *units.Units
	// known are the outcomes by the place of the test in the request.
	known map[int]protocol.TestOutcome
}

// recall is undefined for a request that wants everything done.
func (r *Runner) recall(set *source.Set, wanted []testrule.Rule, params protocol.TestParams) *recall {
	if !params.Remember || params.Coverage {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	settings := source.Digest{}.Derived(fmt.Sprintf("%v %d %s", set.Version, params.TimeoutMs, params.Data))
	c := &recall{runner: r, before: r.last, units: units.Of(set, ""), known: map[int]protocol.TestOutcome{}}
	if c.before.settings != settings {
		// Rules and data may be in conflict now.
		c.before = memory{settings: settings}
	}
	for i, rule := range wanted {
		if outcome, ok := c.before.outcomes[c.keyOf(rule)]; ok {
			c.known[i] = outcome
		}
	}
	return c
}

// keyOf is empty for a test that may end otherwise the next time.
func (c *recall) keyOf(rule testrule.Rule) string {
	at, ok := c.units.OwnerOf(rule.Ref)
	if !ok || !c.units.Repeatable(at) {
		return ""
	}
	return string(c.units.All[at].Text[:]) + rule.Ref.String()
}

// needed are the modules that have to be compiled for the tests that are left, and to see that all are sound.
func (c *recall) needed(set *source.Set, wanted []testrule.Rule) *source.Set {
	var at []int
	for unit, u := range c.units.All {
		if _, sound := c.before.sound[u.Text]; !sound {
			at = append(at, unit)
		}
	}
	for i, rule := range wanted {
		if _, known := c.known[i]; known {
			continue
		}
		unit, ok := c.units.OwnerOf(rule.Ref)
		if !ok {
			return set
		}
		at = append(at, unit)
	}
	part := *set
	part.Modules = nil
	for _, unit := range c.units.Closure(at) {
		part.Modules = append(part.Modules, c.units.All[unit].Modules...)
	}
	return &part
}

// keep is called with the outcomes of all that was wanted, in the same order, once everything compiled.
func (c *recall) keep(wanted []testrule.Rule, outcomes []protocol.TestOutcome) {
	next := memory{settings: c.before.settings, sound: map[source.Digest]struct{}{}, outcomes: map[string]protocol.TestOutcome{}}
	for _, unit := range c.units.All {
		next.sound[unit.Text] = struct{}{}
	}
	for i, rule := range wanted {
		// An error may be that of a busy machine.
		if key := c.keyOf(rule); key != "" && outcomes[i].Status != statusError {
			next.outcomes[key] = outcomes[i]
		}
	}
	c.runner.mu.Lock()
	defer c.runner.mu.Unlock()
	c.runner.last = next
}

// pending are the tests that have to run.
func (c *recall) pending(wanted []testrule.Rule) []testrule.Rule {
	if c == nil {
		return wanted
	}
	var left []testrule.Rule
	for i, rule := range wanted {
		if _, known := c.known[i]; !known {
			left = append(left, rule)
		}
	}
	return left
}

// whole puts the outcomes of those that ran among those that are known.
func (c *recall) whole(wanted []testrule.Rule, ran []protocol.TestOutcome) []protocol.TestOutcome {
	if c == nil {
		return ran
	}
	all := make([]protocol.TestOutcome, 0, len(wanted))
	next := 0
	for i := range wanted {
		if outcome, known := c.known[i]; known {
			all = append(all, outcome)
		} else {
			all = append(all, ran[next])
			next++
		}
	}
	return slices.Clip(all)
}
