package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestFirstCollectionSetsThePaceOfThoseThatFollow(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	collectLate()
	if limit := debug.SetMemoryLimit(-1); limit != uncollected {
		t.Fatalf("expected a limit of %d before the first collection, got %d", uncollected, limit)
	}
	for end := time.Now().Add(time.Minute); debug.SetMemoryLimit(-1) != memoryLimit; {
		if time.Now().After(end) {
			t.Fatalf("expected a limit of %d after a collection, got %d", memoryLimit, debug.SetMemoryLimit(-1))
		}
		runtime.GC()
		runtime.Gosched()
	}
}
