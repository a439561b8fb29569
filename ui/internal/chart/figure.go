package chart

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// Figure is the chart with its title and legend, as an element for a page.
func (c *Chart) Figure() template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, "<figure class=\"chart\"><figcaption><b>%s</b><span class=\"keys\">", html.EscapeString(c.Title))
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Name != "" {
			fmt.Fprintf(&b, `<span class="key">%s%s</span>`, l.Colour.sample(), html.EscapeString(l.Name))
		}
	}
	fmt.Fprintf(&b, "</span></figcaption>\n%s</figure>\n", c.SVG())
	return template.HTML(b.String()) //nolint:gosec // escaped where it is written
}

// sample is a piece of a line of this colour.
func (c Colour) sample() string {
	style := c.stroke()
	pattern := make([]string, len(style.Dashes))
	for i, d := range style.Dashes {
		pattern[i] = fmt.Sprintf("%g", d.Points())
	}
	return fmt.Sprintf(`<svg viewBox="0 0 28 8" aria-hidden="true"><path d="M0,4H28" style="fill:none;stroke:%s;stroke-width:2;stroke-dasharray:%s"/></svg>`,
		css(c.paint()), strings.Join(pattern, " "))
}
