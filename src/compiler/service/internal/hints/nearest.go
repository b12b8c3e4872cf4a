// Package hints says what the author of a module may have meant.
package hints

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest is the candidate that differs from the name by a slip of the finger or two; none when no one is that near.
func nearest(name string, candidates []string) string {
	best, least := "", slips(name)+1
	for _, candidate := range candidates {
		if candidate == name || abs(len(candidate)-len(name)) >= least {
			continue
		}
		if distance := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(candidate)); distance < least {
			best, least = candidate, distance
		}
	}
	return best
}

// slips are those that a name of this length may hold: two letters that changed places count as two.
func slips(name string) int {
	switch n := len(name); {
	case n < 3:
		return 0
	case n == 3:
		return 1
	default:
		return max(2, n/3)
	}
}

func abs(n int) int {
	return max(n, -n)
}
