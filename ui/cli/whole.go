package cli

import (
	"fmt"
	"strconv"
)

// whole is a flag for a whole number within bounds.
type whole struct{ value, least, most int }

func (n *whole) String() string { return strconv.Itoa(n.value) }
func (n *whole) Type() string   { return "number" }

func (n *whole) Set(text string) error {
	value, err := strconv.Atoi(text)
	if err != nil || value < n.least || value > n.most {
		return fmt.Errorf("a whole number from %d to %d is needed", n.least, n.most)
	}
	n.value = value
	return nil
}
