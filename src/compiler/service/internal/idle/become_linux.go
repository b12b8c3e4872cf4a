package idle

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const lowest = 19

// become keeps to one thread: the policy is a thread's own, and the new program goes on with that of the thread that asked for it.
//
// The idle class and not the lowest priority: Linux (since EEVDF, 6.6) lets whoever runs finish a slice of some milliseconds before those
// of a higher priority, but not those of the idle class.
func become(program, environment []string) error {
	runtime.LockOSThread()
	var none struct{ priority int32 }
	_, _, refused := syscall.RawSyscall(unix.SYS_SCHED_SETSCHEDULER, 0, unix.SCHED_IDLE, uintptr(unsafe.Pointer(&none)))
	if refused != 0 {
		// A sandbox may not allow it. That the lowest priority is refused too changes nothing that anybody depends on.
		_ = unix.Setpriority(unix.PRIO_PROCESS, 0, lowest)
	}
	return unix.Exec(program[0], program, environment)
}
