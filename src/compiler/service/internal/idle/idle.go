// Package idle runs programs that nobody is to notice.
package idle

import (
	"fmt"
	"io"
	"os"
)

// Word is the first argument of a command line that asks for another program: `rego-compiler idle PROGRAM [ARGUMENT...]`.
const Word = "idle"

const (
	// As shells say it.
	exitUsage    = 2
	exitNotFound = 127
)

// Asked tells whether the arguments, the name of the program first, are a command line of that kind.
func Asked(arguments []string) bool {
	return len(arguments) > 1 && arguments[1] == Word
}

// Run becomes the program that the arguments name, which has this process's open files, environment and id, and gets processor
// time that no other program asks for. It returns only when that failed, with an exit code.
func Run(arguments []string, stderr io.Writer) int {
	program := arguments[2:]
	if len(program) == 0 {
		fmt.Fprintf(stderr, "usage: %s %s PROGRAM [ARGUMENT...]\n", arguments[0], Word)
		return exitUsage
	}
	fmt.Fprintf(stderr, "%s cannot be run: %v\n", program[0], become(program, os.Environ()))
	return exitNotFound
}
