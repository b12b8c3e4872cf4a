package pace

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestFirstCollectionSetsThePaceOfThoseThatFollow(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	limit := func(want int64, when string) {
		t.Helper()
		if limit := debug.SetMemoryLimit(-1); limit != want {
			t.Fatalf("expected a limit of %d %s, got %d", want, when, limit)
		}
	}
	Late()
	limit(uncollected, "before the first collection")
	RoomFor(1000)
	limit(uncollected, "for a small set")
	RoomFor(1 << 20)
	limit(roomPerByte<<20, "for a large set")
	RoomFor(1000)
	limit(roomPerByte<<20, "for a small set behind a large one")
	RoomFor(1 << 30)
	limit(mostRoom, "for a set that is too large")
	for end := time.Now().Add(time.Minute); debug.SetMemoryLimit(-1) != memoryLimit; {
		if time.Now().After(end) {
			t.Fatalf("expected a limit of %d after a collection, got %d", memoryLimit, debug.SetMemoryLimit(-1))
		}
		runtime.GC()
		runtime.Gosched()
	}
	RoomFor(1 << 20)
	limit(memoryLimit, "after a collection, whatever is built")
}
