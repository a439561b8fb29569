package tui

import (
	"slices"
	"strings"

	"duet/engine"
	"duet/ui/internal/grid"
)

// rateKnob is the path of the producers' rate.
const rateKnob = "load.rate"

// knob is one setting that can be turned.
type knob struct {
	param engine.Param
	owner string // whose it is: a lane, a handler; empty: the load's
	name  string
	value string
	model engine.Model // of the lane that it belongs to; empty: none
}

// label is what a knob is called.
func (k *knob) label() string {
	if k.owner == "" {
		return k.name
	}
	return k.owner + " " + k.name
}

// knobs are all settings that can change while the run goes on, and which of
// them is selected.
type knobs struct {
	list     []knob
	selected int
	of       *engine.Scenario // what they were read from

	places []place // of the knobs on the screen
}

// place is where a knob is on the screen.
type place struct {
	rect grid.Rect
	knob int
}

// read takes the knobs of a scenario. The one selected stays selected.
func (k *knobs) read(s *engine.Scenario) {
	if k.of == s {
		return
	}
	var path string
	if k.selected < len(k.list) {
		path = k.list[k.selected].param.Path
	}
	k.of, k.list = s, k.list[:0]
	for _, p := range s.Params() {
		if p.Fixed {
			continue
		}
		value, err := s.Get(p.Path)
		if err != nil {
			continue // a path of Params can be read
		}
		k.list = append(k.list, newKnob(s, p, value))
	}
	slices.SortStableFunc(k.list, func(a, b knob) int { return rank(a.param.Path) - rank(b.param.Path) })
	k.selected = max(k.index(path), 0)
}

// index finds the knob of a path; -1 when there is none.
func (k *knobs) index(path string) int {
	return slices.IndexFunc(k.list, func(k knob) bool { return k.param.Path == path })
}

// current is the selected knob.
func (k *knobs) current() *knob { return &k.list[k.selected] }

// move selects another knob, so many further on.
func (k *knobs) move(by int) {
	if n := len(k.list); n > 0 {
		k.selected = ((k.selected+by)%n + n) % n
	}
}

// at finds the knob drawn at a place of the screen.
func (k *knobs) at(x, y int) (int, bool) {
	for _, p := range k.places {
		if p.rect.Contains(x, y) {
			return p.knob, true
		}
	}
	return 0, false
}

// newKnob names a knob shortly: "message workers" for lanes.message.workers.
func newKnob(s *engine.Scenario, p engine.Param, value string) knob {
	k := knob{param: p, value: value}
	parts := strings.Split(p.Path, ".")
	if len(parts) == 1 { // of the run
		k.name = p.Path
		return k
	}
	if parts[0] != "load" {
		k.owner = parts[1]
		if parts[0] == "lanes" {
			if i := slices.IndexFunc(s.Lanes, func(l engine.Lane) bool { return l.Name == parts[1] }); i >= 0 {
				k.model = s.Lanes[i].Model
			}
		}
		parts = parts[1:]
	}
	parts = slices.DeleteFunc(parts[1:], func(part string) bool { return part == "queue" || part == "subscriptions" })
	if len(parts) == 2 && parts[0] == "service" && parts[1] == "mean" {
		parts = parts[:1]
	}
	k.name = strings.ReplaceAll(strings.Join(parts, " "), "_", " ")
	return k
}

// first are the endings of the paths that come first, in this order: what one
// turns most. All others follow in the order of Params.
var first = []string{
	rateKnob, "*.workers", "*.publishers", "*.dispatch", "*.queue.capacity", "*.queue.when_full", "*.service.mean", "load.arrivals",
}

func rank(path string) int {
	for i, ending := range first {
		if own, short := strings.CutPrefix(ending, "*"); short && strings.HasSuffix(path, own) && !strings.Contains(path, ".subscriptions.") || path == ending {
			return i
		}
	}
	return len(first)
}

// gap is the room between two knobs, and between a label and its value.
const gap = 1

// width is what a knob takes in a row: its value is drawn between two signs
// when it is selected, and between blanks otherwise.
func (k *knob) width(g *grid.Grid) int {
	w := g.Width(k.name) + 2 + max(g.Width(k.value), 1) + 2
	if k.owner != "" {
		w += g.Width(k.owner) + 1
	}
	return w
}

// draw draws the page of knobs that the selected one is on into r of g, and
// remembers their places.
func (k *knobs) draw(s *scene, g *grid.Grid, r grid.Rect) {
	k.places = k.places[:0]
	const position = 8 // 12/58
	if len(k.list) == 0 || r.Empty() {
		return
	}
	x, y := r.X+1, r.Y
	for i := range k.list {
		w := k.list[i].width(g)
		end := r.X + r.W
		if y == r.Y+r.H-1 {
			end -= position
		}
		if x > r.X+1 && x+w > end {
			x, y = r.X+1, y+1
		}
		if y >= r.Y+r.H {
			if k.selected < i {
				break
			}
			y = r.Y // a new page
			k.places = k.places[:0]
		}
		k.places = append(k.places, place{grid.Rect{X: x, Y: y, W: min(w, end-x), H: 1}, i})
		x += w + gap
	}
	for _, p := range k.places {
		k.drawKnob(s, g.Sub(p.rect), p.knob)
	}
	k.drawPosition(s, g.Sub(r))
}

// drawPosition says where among all knobs the selected one is.
func (k *knobs) drawPosition(s *scene, g *grid.Grid) {
	text := decimal(int64(k.selected+1)) + "/" + decimal(int64(len(k.list)))
	g.TextRight(g.W-1, g.H-1, text, s.theme.dim)
}

func (k *knobs) drawKnob(s *scene, g *grid.Grid, i int) {
	knob, t := &k.list[i], s.theme
	p := row(g, 0)
	if knob.owner != "" {
		owner := t.text
		if knob.model != "" {
			owner = t.lane(knob.model)
		}
		p.text(knob.owner, owner)
		p.skip(1)
	}
	p.text(knob.name, t.dim)
	value := knob.value
	if value == "" {
		value = "-"
	}
	if i != k.selected {
		p.skip(2)
		p.text(value, t.text)
		return
	}
	p.skip(1)
	g.Set(p.x, 0, g.Glyphs.Left, t.strong)
	p.skip(1)
	p.text(value, t.selected)
	g.Set(p.x, 0, g.Glyphs.Right, t.strong)
}

// drawAbout explains the selected knob; while the past is looked at, what was
// changed or broken at that moment.
func (s *scene) drawAbout(g *grid.Grid) {
	if g.H == 0 || len(s.knobs.list) == 0 {
		return
	}
	p := row(g, 0)
	p.skip(1)
	if c := s.markAt(s.cursor.at); s.cursor.on && c != nil {
		p.left(8, clockTime(c.At), s.theme.strong)
		p.skip(2)
		p.text(c.String(), s.theme.text)
		p.text(", by ", s.theme.dim)
		p.text(c.By, s.theme.dim)
		return
	}
	k := s.knobs.current()
	p.text(k.param.Path, s.theme.dim)
	p.skip(2)
	p.text(k.param.Help, s.theme.dim)
	if k.param.Default != "" && p.room() > 20 {
		p.text("; default ", s.theme.dim)
		p.text(k.param.Default, s.theme.dim)
	}
}
