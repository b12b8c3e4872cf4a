//go:build !linux

package idle

import "errors"

func become([]string, []string) error {
	return errors.New("only Linux has a class of programs that run when no other does")
}
