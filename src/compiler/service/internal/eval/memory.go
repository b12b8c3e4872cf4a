package eval

import (
	"context"
	"fmt"
	"runtime/metrics"
	"time"
)

// watchEvery is how often memory is looked at: a comprehension makes some 100 MB a second.
const watchEvery = 5 * time.Millisecond

const heapBytes = "/memory/classes/heap/objects:bytes"

// withinMemory gives a context that ends when the heap has grown by more than so many megabytes, and a function that stops looking. The garbage
// of what runs beside it counts too: it is a bound for the process, not an account.
func withinMemory(ctx context.Context, megabytes int) (context.Context, func()) {
	if megabytes <= 0 {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	limit := heap() + uint64(megabytes)<<20
	go func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if heap() > limit {
					cancel(fmt.Errorf("the evaluation takes more than %d MiB", megabytes))
					return
				}
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: heapBytes}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
