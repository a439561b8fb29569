package linear

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"duet/engine"
	"duet/engine/diagnose"
	"duet/ui/internal/figure"
)

// byYou is who changes written here are made by.
const byYou = "you"

// word is one thing that a person can write.
type word struct {
	usage, does string
	obey        func(p *player, rest []string) error
}

// words are what a line can begin with; the first word of the usage is it.
var words []word

func init() { // help lists the words it is one of
	words = []word{
		{"rate RATE", "change how much arrives, such as rate 200/s", (*player).rate},
		{"set PATH=VALUE", "change any setting, such as set lanes.message.workers=8", (*player).set},
		{"settings [WORD...]", "list the settings in which the words occur", (*player).settings},
		{"KIND TARGET [FIELD=VALUE...]", "break or mend something: crash worker lane=message, slow charge factor=3 for=5s", nil},
		{"pause, resume, step", "stop the clock, go on, let one item into each lane", nil},
		{"speed FACTOR", "let time pass slower or faster: speed 0.1", (*player).speed},
		{"status", "what is happening, in full; an empty line does the same", (*player).status},
		{"figures", "the figures of each lane", (*player).table},
		{"case [NAME]", "play another case of the scenario; without a name, which there are", (*player).another},
		{"restart", "begin again, with the settings as they are", (*player).restart},
		{"save FILE", "write a scenario with these settings; never over a file that is there", (*player).save},
		{"help", "this list", (*player).help},
		{"quit", "end", func(*player, []string) error { return errQuit }},
	}
}

// obey does what a line says. The error is fit to be read.
func (p *player) obey(line string) error {
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return p.status(nil)
	}
	first, rest := fields[0], fields[1:]
	for i := range words {
		if name, _, _ := strings.Cut(words[i].usage, " "); name == first && words[i].obey != nil {
			return words[i].obey(p, rest)
		}
	}
	switch control := engine.Control(first); control {
	case engine.Pause, engine.Resume, engine.Step:
		return p.apply(engine.Change{Control: control})
	}
	for _, kind := range engine.FaultKinds() {
		if string(kind) == first {
			return p.breakIt(kind, rest)
		}
	}
	if strings.Contains(line, "=") {
		return p.set(fields)
	}
	return fmt.Errorf("%q is nothing that can be done here; help lists what can", first)
}

// apply makes a change.
func (p *player) apply(c engine.Change) error {
	c.By = byYou
	return p.run.Apply(c)
}

func (p *player) rate(rest []string) error {
	return p.set([]string{"load.rate=" + strings.Join(rest, "")})
}

func (p *player) set(rest []string) error {
	path, value, ok := strings.Cut(strings.Join(rest, " "), "=")
	path, value = strings.TrimSpace(path), strings.TrimSpace(value)
	if !ok || path == "" || value == "" {
		return errors.New("a path and a value are needed, such as set load.rate=200/s")
	}
	next, err := p.scenario.With(path, value)
	if err != nil {
		return err
	}
	p.run.Snapshot(&p.snap)
	if p.snap.Scenario.Fixed(path) { // in what is played: what comes next may differ
		p.scenario = next
		p.say(path + " is " + value + " from the next start on: restart")
		return nil
	}
	if err := p.apply(engine.Change{Path: path, Value: value}); err != nil {
		return err
	}
	p.scenario = next
	return nil
}

func (p *player) settings(rest []string) error {
	p.run.Snapshot(&p.snap)
	found := false
next:
	for _, param := range p.snap.Scenario.Params() {
		for _, w := range rest {
			if !strings.Contains(param.Path+" "+param.Help, w) {
				continue next
			}
		}
		value, err := p.snap.Scenario.Get(param.Path)
		if err != nil {
			continue // a path of Params can be read
		}
		found = true
		p.say(fmt.Sprintf("%s=%s: %s", param.Path, value, param.Help))
	}
	if !found {
		return errors.New("no setting has these words")
	}
	return nil
}

// breakIt makes a fault: what it hits, and its fields as a file has them.
func (p *player) breakIt(kind engine.FaultKind, rest []string) error {
	p.run.Snapshot(&p.snap)
	s := p.snap.Scenario
	f := engine.Fault{Kind: kind}
	for _, word := range rest {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			f.Target = word
			continue
		}
		if err := f.Set(name, value); err != nil {
			return err
		}
	}
	if targets := s.FaultTargets(kind); f.Target == "" && len(targets) == 1 {
		f.Target = targets[0]
	}
	f, err := s.Complete(f)
	if err != nil {
		return err
	}
	return p.apply(engine.Change{Fault: &f})
}

func (p *player) speed(rest []string) error {
	x, err := strconv.ParseFloat(strings.TrimPrefix(strings.Join(rest, ""), "x"), 64)
	if err != nil || x <= 0 {
		return errors.New("a factor is needed, such as speed 0.1")
	}
	return p.apply(engine.Change{Speed: x})
}

// status says everything that is found now.
func (p *player) status([]string) error {
	p.run.Snapshot(&p.snap)
	findings := diagnose.Of(&p.snap, p.before)
	for i := range findings {
		p.say(p.stamp() + sentence(&findings[i]))
	}
	p.say(p.stamp() + p.figures())
	return nil
}

// table says the figures of each lane, a line for each.
func (p *player) table([]string) error {
	p.run.Snapshot(&p.snap)
	for i := range p.snap.Lanes {
		l := &p.snap.Lanes[i]
		w, g := &l.Recent, &l.Ledger
		p.say(fmt.Sprintf("%s, last 10 s: arrive %s/s, done %s/s, busy %s", l.Name, figure.Rate(w.Arrivals), figure.Rate(w.Throughput), figure.Percent(w.Utilisation)))
		for _, row := range []struct {
			name string
			s    *engine.Summary
		}{{"publish", &w.Publish}, {"wait", &w.Wait}, {"service", &w.Service}, {"latency", &w.Latency}} {
			p.say(fmt.Sprintf("%s, %s: p50 %s, p99 %s, max %s", l.Name, row.name, duration(row.s, row.s.P50), duration(row.s, row.s.P99), duration(row.s, row.s.Max)))
		}
		p.say(fmt.Sprintf("%s, in all: offered %d, done %d, failed %d, dropped %d, expired %d, dead-lettered %d, lost %d, waiting %d, in flight %d",
			l.Name, g.Offered, g.Done, g.Failed, g.Dropped, g.Expired, g.DeadLettered, g.Lost, g.Waiting, g.InFlight))
	}
	return nil
}

func (p *player) restart([]string) error {
	if err := p.start(); err != nil {
		return err
	}
	p.greet()
	return nil
}

// another starts a case of the scenario, as the file has it.
func (p *player) another(rest []string) error {
	names, name := p.cases(), strings.Join(rest, " ")
	if names == nil {
		return errors.New("this scenario has no cases")
	}
	known := "the cases are " + strings.Join(names, ", ") + "; this is " + p.scenario.Case
	if name == "" {
		p.say(known)
		return nil
	}
	for _, v := range p.Scenario.Variants() {
		if v.Case != name {
			continue
		}
		before := p.scenario
		p.scenario = v
		err := p.restart(nil)
		if err != nil {
			p.scenario = before
		}
		return err
	}
	return fmt.Errorf("there is no case %q: %s", name, known)
}

func (p *player) save(rest []string) error {
	name := strings.Join(rest, " ")
	switch {
	case name == "":
		return errors.New("a file's name is needed, such as save mine.yaml")
	case p.Save == nil:
		return errors.New("nothing can be saved here")
	}
	switch err := p.Save(name, p.scenario, false); {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: this file exists already, and nothing is overwritten; name another", name)
	case err != nil:
		return err
	}
	p.say("saved as " + name)
	return nil
}

func (p *player) help([]string) error {
	for _, w := range words {
		p.say(w.usage + ": " + w.does)
	}
	return nil
}
