package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"strings"
	"sync"

	"duet/engine"
	"duet/ui/internal/chart"
)

// style is the style sheet of every page that duet writes.
//
//go:embed page.css
var style string

//go:embed page.tmpl
var pageSource string

// templates are those of all pages, read when the first one is written.
var templates = sync.OnceValue(func() *template.Template {
	t := template.New("").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(chart.Style + style) },
		"upper": func(m engine.Mode) string { return strings.ToUpper(string(m)) },
		"sign":  func(severity string) string { return signs[severity] },
		"side":  side,
		"next":  func(n int) int { return n + 1 },
	})
	template.Must(t.New("page").Parse(pageSource))
	template.Must(t.New("sweep").Parse(sweepSource))
	return t
})

// signs stand beside the colours of severities, which are never the only sign.
var signs = map[string]string{"good": "●", "warning": "▲", "bad": "■"}

// WriteHTML writes the report as a page: complete in itself, without scripts,
// light or dark as the reader has it, fit to be printed.
func (r *Report) WriteHTML(w io.Writer) error {
	v := pageView{Report: r}
	for i := range r.Cases {
		c := &r.Cases[i]
		if c.began != nil {
			v.Story = c.began.Story
		}
		cv, err := c.view()
		if err != nil {
			return err
		}
		v.Cases = append(v.Cases, cv)
	}
	var page bytes.Buffer // so that no half a page is written
	if err := templates().ExecuteTemplate(&page, "page", v); err != nil {
		return err
	}
	_, err := page.WriteTo(w)
	return err
}

// pageView is what the template shows.
type pageView struct {
	*Report
	Story string
	Cases []caseView
}

type caseView struct {
	*Case
	Window   string
	Remarks  []string
	Findings []findingView
	Charts   []template.HTML
	Marks    []string // in the order of their numbers
	Tables   []tableView
	YAML     string
}

type findingView struct{ Severity, When, Sentence string }

type tableView struct {
	Heading []cellView
	Rows    [][]cellView
	Notes   []string
}

type cellView struct {
	Text string
	Left bool // aligned to the left
}

func (c *Case) view() (caseView, error) {
	v := caseView{Case: c, Window: c.window(), Remarks: c.remarks()}
	for i := range c.Findings {
		f := &c.Findings[i]
		v.Findings = append(v.Findings, findingView{f.Severity, f.when(), f.sentence()})
	}
	for _, picture := range c.charts() {
		v.Charts = append(v.Charts, picture.Figure())
	}
	for _, m := range c.marks() {
		v.Marks = append(v.Marks, seconds(engine.Figure(m.At.Seconds()))+" "+m.String())
	}
	theories, sentences := c.theories()
	v.Tables = []tableView{
		c.items().view(nil), c.flow().view(nil), c.times().view(nil), theories.view(sentences), c.handlers().view(nil),
	}
	for _, t := range []table{c.resources(), c.brokers(), c.partitions()} {
		if len(t.rows) > 0 {
			v.Tables = append(v.Tables, t.view(nil))
		}
	}
	if c.began == nil {
		return v, nil
	}
	text, err := engine.Encode(c.began)
	v.YAML = string(text)
	return v, err
}

func (t table) view(notes []string) tableView {
	rows := make([][]cellView, len(t.rows))
	for i, cells := range t.rows {
		for n, text := range cells {
			rows[i] = append(rows[i], cellView{strings.TrimSpace(text), t.widths[n] < 0})
		}
	}
	return tableView{Heading: rows[0], Rows: rows[1:], Notes: notes}
}
