package writers

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

func closed(t *testing.T, files ...string) bool {
	t.Helper()
	answer, err := Ask(context.Background(), protocol.WritersParams{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return answer.Closed
}

func TestAFileThatIsWrittenToIsNotClosed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.rego")
	if err := os.WriteFile(file, []byte("package a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// False where the temporary folder is on a file system without leases: then nothing may ever be said to be closed.
	known := closed(t, file)
	reader, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	if closed(t, file) != known {
		t.Error("one who reads was taken for one who writes")
	}
	for _, flags := range []int{os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND} {
		writer, err := os.OpenFile(file, flags, 0)
		if err != nil {
			t.Fatal(err)
		}
		if closed(t, file) {
			t.Errorf("open with %x and said to be closed", flags)
		}
		if closed(t, file, file) {
			t.Errorf("the second of two is open with %x", flags)
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		if closed(t, file) != known {
			t.Errorf("closed again after %x and said to be open", flags)
		}
	}
}

func TestWhatCannotBeKnownIsNotClosed(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe.rego")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	many := make([]string, maxFiles+1)
	for _, files := range [][]string{{}, {filepath.Join(dir, "gone.rego")}, {dir}, {pipe}, many} {
		if closed(t, files...) {
			t.Errorf("%d files, the first %q: said to be closed", len(files), append(files, "")[0])
		}
	}
}
