package grid

import (
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Whatever stands beside it, each rune that gets into a cell is a character of
// its own, and both ways to count give it the same width.
func TestEveryCellStandsAlone(t *testing.T) {
	g := New(2, 1)
	neighbours := []string{"a", "日", "😀", "가", "क", "👩", "1", "⚠", "●"}
	for r := rune(0xa0); r <= unicode.MaxRune; r++ {
		drawn, w := g.printable(r)
		if drawn != r || w == 0 {
			continue
		}
		s := string(r)
		if clusters, runes := ansi.StringWidth(s), ansi.StringWidthWc(s); clusters != w || runes != w {
			t.Errorf("%U is %d cells wide, a terminal says %d or %d", r, w, clusters, runes)
		}
		for _, other := range append(neighbours, s) {
			alone(t, s+other, len(s))
			alone(t, other+s, len(other))
		}
	}
}

// alone checks that the first character of s ends after n bytes.
func alone(t *testing.T, s string, n int) {
	if _, _, got, _ := ansi.DecodeSequence(s, 0, nil); got != n {
		t.Errorf("%+q begins with a character of %d bytes, want %d", s, got, n)
	}
}

func TestWidths(t *testing.T) {
	g := New(20, 1)
	for s, want := range map[string]struct {
		text  string
		width int
	}{
		"a\u0301b":              {"ab", 2},
		"\u01c5\u0903":          {"\u01c5", 1}, // a mark that one counts and another does not
		"x\u0e33":               {"x", 1},
		"\u1112\u1161\u11ab":    {"?", 1}, // a syllable in three letters
		"한":                     {"한", 2},
		"\U0001f1e9\U0001f1ea":  {"??", 2},
		"👍\U0001f3fd":           {"👍", 2},
		"⚠\ufe0f!":              {"⚠!", 2},
		"\u202e<-\ue000\u0085.": {"<-??.", 5},
		"µs ●▁⣿":                {"µs ●▁⣿", 6},
	} {
		g.Clear(Style{})
		if end := g.Text(0, 0, s, Style{}); end != want.width || g.Width(s) != want.width {
			t.Errorf("%+q takes %d cells, and %d by Width, want %d", s, end, g.Width(s), want.width)
		}
		if got := trimRows(g.String()); got != want.text {
			t.Errorf("%+q is drawn as %q, want %q", s, got, want.text)
		}
	}
}
