package emit

import "github.com/open-policy-agent/opa/v1/ir"

// early is where a function can end as soon as one of its rules holds, as OPA's interpreter does: all of them have the one
// constant value.
type early struct {
	// result is what the rules give their value to, and into is what the function returns.
	result, into ir.Local
}

// agreed finds out whether all rules of a function have one constant value. Inside of a `with` nothing may end early.
func agreed(fn *ir.Func) *early {
	e := &early{into: fn.Return}
	found, agree := false, true
	walkStatements(fn.Blocks, func(s ir.Stmt) {
		switch s := s.(type) {
		case *ir.WithStmt:
			agree = false
		case *ir.ResetLocalStmt:
			if !found {
				e.result, found = s.Target, true
			}
		}
	})
	if !found || !agree {
		return nil
	}
	var value *ir.Operand
	walkStatements(fn.Blocks, func(s ir.Stmt) {
		assign, ok := s.(*ir.AssignVarOnceStmt)
		if !ok || assign.Target != e.result {
			return
		}
		switch assign.Source.Value.(type) {
		case ir.Bool, ir.StringIndex:
			agree = agree && (value == nil || *value == assign.Source)
			value = &assign.Source
		default:
			agree = false
		}
	})
	if value == nil || !agree {
		return nil
	}
	return e
}

// leaveEarly makes the statement that gives a rule its value one that ends the function, where that can be.
func (m *maker) leaveEarly(s *ir.AssignVarOnceStmt) bool {
	if m.early == nil || s.Target != m.early.result {
		return false
	}
	m.read(s.Source)
	m.set(m.early.into)
	m.keep(m.early.into)
	m.get(m.early.into)
	m.Return()
	return true
}
