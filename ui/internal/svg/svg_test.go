package svg_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/ui/internal/grid"
	"duet/ui/internal/svg"
)

// still is the picture of one grid.
func still(g *grid.Grid) string {
	f := svg.Film{Look: svg.Dark}
	f.Add(g)
	return f.String("a picture")
}

// wellFormed checks that a text is XML.
func wellFormed(t rapid.TB, text string) {
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}

func TestCells(t *testing.T) {
	for _, c := range []struct {
		name  string
		draw  func(g *grid.Grid)
		wants []string
	}{
		{"a letter stands in its cell", func(g *grid.Grid) { g.Set(3, 1, 'x', grid.Style{}) }, []string{`translate(0 16)`, `x="24" y="12" fill="#d6dae2" textLength="8">x<`}},
		{"words of one style are one text", func(g *grid.Grid) { g.Text(0, 0, "so <it> & is", grid.Style{}) }, []string{`textLength="96">so &lt;it&gt; &amp; is<`}},
		{"a wide gap parts them", func(g *grid.Grid) { g.Text(0, 0, "in    out", grid.Style{}) }, []string{`textLength="16">in<`, `x="48" y="12" fill="#d6dae2" textLength="24">out<`}},
		{"colours", func(g *grid.Grid) { g.Set(0, 0, 'x', grid.Foreground(grid.RGB(1, 2, 255)).On(grid.RGB(9, 9, 9))) }, []string{`fill="#0102ff"`, `<path fill="#090909" d="M0 0h8v16h-8z"/>`}},
		{"reverse", func(g *grid.Grid) { g.Set(0, 0, 'x', grid.Style{Attr: grid.Reverse}) }, []string{`<path fill="#d6dae2" d="M0 0h8`, `fill="#14171c" textLength`}},
		{"bold, dim", func(g *grid.Grid) {
			g.Set(0, 0, 'x', grid.Style{Attr: grid.Bold})
			g.Set(1, 0, 'x', grid.Style{Attr: grid.Dim})
		}, []string{`class="b"`, `class="d"`}},
		{"dots", func(g *grid.Grid) { g.Set(1, 0, '⠁', grid.Style{}); g.Set(2, 0, '⢀', grid.Style{}) }, []string{`d="M9 1h2v2h-2zM21 13h2v2h-2z"`}},
		{"bars", func(g *grid.Grid) { g.Set(0, 0, '▄', grid.Style{}); g.Set(1, 0, '▌', grid.Style{}) }, []string{`M0 8h8v8h-8z`, `M8 0h4v16h-4z`}},
		{"shades", func(g *grid.Grid) { g.Set(0, 0, '░', grid.Style{}) }, []string{`opacity=".25" d="M0 0h8v16h-8z"`}},
		{"borders", func(g *grid.Grid) { g.Set(1, 0, '─', grid.Style{}) }, []string{`class="l" stroke="#d6dae2" d="M8 0m0 8h8"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := grid.New(12, 2)
			c.draw(g)
			got := still(g)
			wellFormed(t, got)
			for _, want := range c.wants {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in\n%s", want, got)
				}
			}
		})
	}
}

// Whatever is in the cells, it is XML, and the same every time.
func TestAnyCells(t *testing.T) {
	runes := []rune(" ab<&\"─╭┊⠁⣿▁█▏▀▐░▓●日é")
	rapid.Check(t, func(t *rapid.T) {
		g := grid.New(rapid.IntRange(0, 20).Draw(t, "w"), rapid.IntRange(0, 4).Draw(t, "h"))
		for range rapid.IntRange(0, 60).Draw(t, "cells") {
			style := grid.Style{
				Fg: grid.RGB(uint8(rapid.IntRange(0, 2).Draw(t, "red")), 0, 0), Attr: grid.Attr(rapid.IntRange(0, 31).Draw(t, "attr")),
			}
			g.Set(rapid.IntRange(0, 20).Draw(t, "x"), rapid.IntRange(0, 4).Draw(t, "y"), rapid.SampledFrom(runes).Draw(t, "rune"), style)
		}
		got := still(g)
		wellFormed(t, got)
		if still(g) != got {
			t.Fatal("another picture of the same cells")
		}
	})
}

func TestFilm(t *testing.T) {
	g := grid.New(5, 2)
	f := svg.Film{Look: svg.Light, Each: 100 * time.Millisecond}
	for _, text := range []string{"one", "two", "three"} {
		g.Clear(grid.Style{})
		g.Text(0, 0, "head", grid.Style{})
		g.Text(0, 1, text, grid.Style{})
		f.Add(g)
	}
	got := f.String("a <film>")
	wellFormed(t, got)
	for _, want := range []string{"<title>a &lt;film&gt;</title>", "animation-delay:0ms", "animation-delay:100ms", `class="e"`, "1200ms", "prefers-reduced-motion"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if n := strings.Count(got, ">head<"); n != 1 {
		t.Errorf("a row that stays is there %d times", n)
	}
	if n := strings.Count(got, "<use "); n != 6 {
		t.Errorf("three pictures of two rows use %d rows", n)
	}
}
