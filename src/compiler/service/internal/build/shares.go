package build

import "runtime"

// minShare is the number of modules below which a share of its own costs more than it saves: what several shares refer to is compiled in
// each of them. Tests set it.
var minShare = 100

// maxShares bounds what compiles beside one another, and so the memory of it.
const maxShares = 4

// share is what is compiled together.
type share struct {
	units  []int
	wanted []string
}

// shares divides units, in their order, into as many parts of about equally many modules as there are processors to work on them.
func (a *assembly) shares(units []int, wanted []string) []share {
	modules := 0
	for _, at := range units {
		modules += len(a.units.All[at].Modules)
	}
	count := max(1, min(runtime.GOMAXPROCS(0), maxShares, modules/minShare))
	shares := make([]share, count)
	of := make(map[int]int, len(units))
	before := 0
	for _, at := range units {
		to := before * count / max(modules, 1)
		shares[to].units = append(shares[to].units, at)
		of[at] = to
		before += len(a.units.All[at].Modules)
	}
	for _, name := range wanted {
		to := 0
		if path, ok := pathOf(name); ok {
			if unit, ok := a.units.Owner(path); ok {
				to = of[unit]
			}
		}
		shares[to].wanted = append(shares[to].wanted, name)
	}
	return shares
}
