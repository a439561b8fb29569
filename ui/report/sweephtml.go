package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"

	"duet/engine"
)

//go:embed sweep.tmpl
var sweepSource string

// WriteHTML writes the report as a page with its curves, of the same kind as
// [Report.WriteHTML]'s.
func (s *Sweep) WriteHTML(w io.Writer) error {
	text, err := engine.Encode(s.base)
	if err != nil {
		return err
	}
	v := sweepView{
		Sweep: s, Heading: s.heading(), Story: s.base.Story, About: s.about()[1:], Found: s.found(), Cautions: s.cautions(), YAML: string(text),
	}
	for _, picture := range s.charts() {
		v.Charts = append(v.Charts, picture.Figure())
	}
	for i := range s.base.Lanes {
		v.Tables = append(v.Tables, s.lane(i).view(nil))
	}
	var page bytes.Buffer // so that no half a page is written
	if err := templates().ExecuteTemplate(&page, "sweep", v); err != nil {
		return err
	}
	_, err = page.WriteTo(w)
	return err
}

// sweepView is what the template shows.
type sweepView struct {
	*Sweep
	Heading, Story string
	About          []string
	Found          []string
	Cautions       []string
	Charts         []template.HTML
	Tables         []tableView
	YAML           string
}
