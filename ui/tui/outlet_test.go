package tui

import (
	"io"
	"os"
	"strings"
	"testing"
)

// What is written while nobody reads waits, in its order, and comes when somebody does.
func TestOutletWaits(t *testing.T) {
	near, far, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	o := newOutlet(far)
	text := strings.Repeat("0123456789", 1<<15) // more than a pipe holds
	for _, part := range []string{text, "and ", "the end"} {
		if n, err := io.WriteString(o, part); n != len(part) || err != nil {
			t.Fatalf("%d of %d bytes taken, %v", n, len(part), err)
		}
	}
	if !o.behind() {
		t.Error("nobody has read it, and nothing waits")
	}
	read := make(chan string)
	go func() {
		all, _ := io.ReadAll(near)
		read <- string(all)
	}()
	for o.behind() {
		o.await(terminalDead)
	}
	o.end()
	far.Close()
	if got := <-read; got != text+"and the end" {
		t.Errorf("%d bytes came, want %d", len(got), len(text)+len("and the end"))
	}
}

func TestTheoryBriefly(t *testing.T) {
	for _, c := range []struct {
		model string
		w     int
		want  string
	}{
		{"M/M/4, the slowest of 3", 6, "M/M/4"},
		{"8 x M/M/1", 6, "M/M/1"},
		{"8 x M/M/1", 9, "8xM/M/1"},
		{"D/D/1/1001", 10, "D/D/1/1001"},
		{"D/D/1/1001", 9, "D/D/1/K"},
		{"D/D/1/1001", 6, "D/D/1"},
		{"G/G/100/1001", 6, "G/G"},
	} {
		if got := briefly(c.model, c.w); got != c.want {
			t.Errorf("%s in %d cells is %s, want %s", c.model, c.w, got, c.want)
		}
	}
}
