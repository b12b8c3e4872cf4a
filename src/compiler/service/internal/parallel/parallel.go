// Package parallel runs work on several processors.
package parallel

import (
	"sync"
	"sync/atomic"
)

// Do calls work with each number below count, so many at once, and waits for all of them. A panic in one of them is one of the caller's,
// whose handlers guard the service.
func Do(atOnce, count int, work func(i int)) {
	if count == 1 {
		work(0)
		return
	}
	var next atomic.Int64
	var thrown atomic.Value
	var wg sync.WaitGroup
	for range min(atOnce, count) {
		wg.Go(func() {
			defer func() {
				if value := recover(); value != nil {
					thrown.CompareAndSwap(nil, fault{value})
				}
			}()
			for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wg.Wait()
	if value, ok := thrown.Load().(fault); ok {
		panic(value.thrown)
	}
}

// fault wraps what was thrown: an atomic value holds one type only.
type fault struct{ thrown any }
