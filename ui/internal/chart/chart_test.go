package chart_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"

	"duet/ui/internal/chart"
)

var everything = chart.Chart{
	Title: `depth & "more" <b>`,
	X:     chart.Axis{Label: "time", Format: func(v float64) string { return fmt.Sprintf("%g s", v) }},
	Lines: []chart.Line{
		{Name: "message", X: []float64{0, 1, 2, 3}, Y: []float64{5, math.NaN(), 20, 10}, Fill: true},
		{
			Name: "<event>", Colour: chart.Event, X: []float64{0, 1, 2, 3}, Y: []float64{7, 8, 9, 11},
			Low: []float64{6, 7, 8, 10}, High: []float64{8, 9, 10, 12}, Dots: true,
		},
		{Colour: chart.Dim, X: []float64{0, 3}, Y: []float64{1, 1}},
	},
	Levels: []chart.Level{{Y: 15, Text: "capacity <15>"}},
	Marks:  []chart.Mark{{X: 1.5, Text: "<1>"}},
	Spots:  []chart.Spot{{X: 2, Y: 9, Text: "<knee>", Colour: chart.Bad}, {X: 1, Y: 8, Text: "left"}},
}

func TestFigure(t *testing.T) {
	golden.RequireEqual(t, []byte(everything.Figure()))
}

// TestPictures: whatever is drawn is well formed, in the colours of the style
// sheet, needs nothing from elsewhere, and has no script.
func TestPictures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-10, 1000), rapid.SampledFrom([]float64{0, 1, math.NaN(), math.Inf(1), math.Inf(-1), 1e-320, math.MaxFloat64}))
		values := rapid.SliceOfN(value, 0, 20)
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "<script>alert(1)</script>", `"><img src=x>`}))
		axis := func(name string) chart.Axis {
			a := chart.Axis{Label: text.Draw(t, name), Log: rapid.Bool().Draw(t, name+" log")}
			if rapid.Bool().Draw(t, name+" given") {
				a.Min, a.Max = value.Draw(t, name+" min"), value.Draw(t, name+" max")
			}
			return a
		}
		c := chart.Chart{Title: text.Draw(t, "title"), X: axis("x"), Y: axis("y")}
		for range rapid.IntRange(0, 4).Draw(t, "lines") {
			c.Lines = append(c.Lines, chart.Line{
				Name: text.Draw(t, "name"), Colour: chart.Colour(rapid.IntRange(-1, 20).Draw(t, "colour")),
				X: values.Draw(t, "x"), Y: values.Draw(t, "y"), Low: values.Draw(t, "low"), High: values.Draw(t, "high"),
				Dots: rapid.Bool().Draw(t, "dots"), Fill: rapid.Bool().Draw(t, "fill"),
			})
		}
		c.Levels = []chart.Level{{Y: value.Draw(t, "level"), Text: text.Draw(t, "level text")}}
		c.Marks = []chart.Mark{{X: value.Draw(t, "mark"), Text: text.Draw(t, "mark text")}}
		c.Spots = []chart.Spot{{X: value.Draw(t, "spot x"), Y: value.Draw(t, "spot y"), Text: text.Draw(t, "spot text")}}
		wellFormed(t, string(c.Figure()))
	})
}

// wellFormed wants a figure of shapes and texts, whose places are numbers and
// whose colours are variables.
func wellFormed(t *rapid.T, figure string) {
	d := xml.NewDecoder(strings.NewReader(clean.ReplaceAllString(figure, "?")))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, figure)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains([]string{"figure", "figcaption", "b", "span", "svg", "g", "path", "text"}, element.Name.Local) {
			t.Fatalf("an element %s in %s", element.Name.Local, figure)
		}
		for _, a := range element.Attr {
			switch a.Name.Local {
			case "d", "x", "y":
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Fatalf("%s is no place, in %s", a.Value, figure)
				}
			case "style":
				if strings.Contains(a.Value, ":#") {
					t.Fatalf("%s is not a colour of the style sheet, in %s", a.Value, figure)
				}
			case "class", "xmlns", "viewBox", "role", "aria-label", "aria-hidden", "transform":
			default:
				t.Fatalf("an attribute %s in %s", a.Name.Local, figure)
			}
		}
	}
}

// clean finds what XML has no way to write, and HTML has.
var clean = regexp.MustCompile(`[^\t\n\r -\x{FFFD}]`)
