// Package pace says when the service collects its garbage.
package pace

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// Most of what a build allocates is garbage at once. Collecting half as often as the default took six modules from 27 to
// 21 ms and a hundred from 190 to 113 ms on two busy processors. The limits are soft: they make collections more frequent.
const (
	gcPercent   = 200
	memoryLimit = 1 << 30
	// A process that lives for one command ends before it has used as much, and need not collect anything.
	uncollected = 160 << 20
)

// A first build of much text is waited for by a whole start. It allocates some 220 bytes for each of the text, and two collections in the
// middle of it take 0.15 s of two processors.
const (
	roomPerByte = 256
	mostRoom    = 384 << 20
)

var (
	mu        sync.Mutex
	collected bool
)

// Late puts the first collection off, which sets the pace of those that follow.
func Late() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(uncollected)
	runtime.AddCleanup(new(witness), func(struct{}) {
		mu.Lock()
		defer mu.Unlock()
		collected = true
		debug.SetMemoryLimit(memoryLimit)
		debug.SetGCPercent(gcPercent)
	}, struct{}{})
}

// RoomFor puts it off further, as far as what is about to be built needs. It does nothing once something was collected, or where nothing was put off.
func RoomFor(textBytes int) {
	mu.Lock()
	defer mu.Unlock()
	if now := debug.SetMemoryLimit(-1); !collected && now >= uncollected && now < mostRoom {
		debug.SetMemoryLimit(max(now, min(int64(textBytes)*roomPerByte, mostRoom)))
	}
}

// witness is garbage from the start; it holds a pointer so as to have an allocation of its own.
type witness struct{ _ *witness }
