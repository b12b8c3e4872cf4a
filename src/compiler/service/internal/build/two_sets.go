package build

import "sync"

// twoSets holds something of each part of the last two sets, by the name of the part: going back to the one before then costs no more than
// going on. What a name stands for does not change, so nothing in here can be out of date.
type twoSets[K comparable, V any] struct {
	mu     sync.Mutex
	last   map[K]V
	before map[K]V
}

func (t *twoSets[K, V]) of(key K) (V, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if held, ok := t.last[key]; ok {
		return held, true
	}
	held, ok := t.before[key]
	return held, ok
}

// replace takes a whole set.
func (t *twoSets[K, V]) replace(with map[K]V) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.before, t.last = t.last, with
}
