package writers

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// isOpenForWriting asks for a lease that the kernel refuses with EAGAIN while anybody, in whatever process, has the file open for writing (fcntl(2),
// "Leases"), and gives it back at once. File systems without leases, and files of other users, answer with an error. Not a byte is read.
func isOpenForWriting(file string) (bool, error) {
	// Without waiting for the writer of a pipe that lies there.
	fd, err := unix.Open(file, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return false, &os.PathError{Op: "open", Path: file, Err: err}
	}
	defer func() { _ = unix.Close(fd) }()
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_RDLCK); err != nil {
		if errors.Is(err, unix.EAGAIN) {
			return true, nil
		}
		return false, errors.Join(errUnknown, err)
	}
	_, err = unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_UNLCK)
	return false, err
}
