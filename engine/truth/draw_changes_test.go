package truth_test

import (
	"fmt"
	"slices"
	"time"

	"duet/engine"
)

// change is a setting or a fault.
type change struct {
	kind        string
	path, value string
	fault       string
}

func (c *change) text() string {
	if c.path != "" {
		return fmt.Sprintf("set: {%s: %q}", c.path, c.value)
	}
	return fmt.Sprintf("fault: {%s}", c.fault)
}

// timeline draws changes at odd times. One that is not possible after those
// before it is left out, and one that leaves something to chance as well.
func (d *drawer) timeline(s *engine.Scenario) *engine.Scenario {
	now, head, moments := s, d.text.String(), "timeline:\n"
	at := time.Duration(0)
	for range d.number("changes", 0, 6) {
		at += time.Duration(d.number("after", 1, 400_000))*time.Microsecond + 1
		lane := &now.Lanes[d.number("lane", 0, len(s.Lanes)-1)]
		c := d.change(lane, s.Handlers[d.number("handler", 0, len(s.Handlers)-1)].Name)
		if !d.wild && d.byChance(lane, &c) {
			continue
		}
		more := fmt.Sprintf("%s  - {at: %v, %s}\n", moments, at, c.text())
		if next, err := engine.Decode("drawn.yaml", []byte("duet: 1\n"+head+more)); err == nil {
			s, moments = next, more
			d.made(lane, &c, &now)
		}
	}
	if len(s.Timeline) > 0 {
		d.line("%s", moments)
	}
	return s
}

// made takes note of a change.
func (d *drawer) made(lane *engine.Lane, c *change, now **engine.Scenario) {
	if c.kind == "crash before_ack" || c.kind == "stall" {
		d.doomed = append(d.doomed, lane.Name)
	}
	if c.kind == "visibility" {
		d.visible = append(d.visible, lane.Name)
	}
	if c.path != "" {
		*now, _ = (*now).With(c.path, c.value)
	}
}

// The kinds of change.
var kinds = []string{
	"rate", "service", "failing", "slow", "fail", "panic", "stall", "keys", "timeout", "attempts", "ack", "speed", "workers", "workers",
	"capacity", "visibility", "policy", "producers", "producers", "structure", "structure", "crash during", "crash during", "crash before_ack", "crash before_ack",
}

func (d *drawer) change(lane *engine.Lane, handler string) change {
	kind := d.pick("kind", kinds...)
	set := func(path string, values ...string) change {
		return change{kind: kind, path: path, value: d.pick("value", values...)}
	}
	fault := func(format string, args ...any) change {
		return change{kind: kind, fault: fmt.Sprintf(format, args...)}
	}
	ofLane := "lanes." + lane.Name + "."
	switch kind {
	case "rate":
		return set("load.rate", "0/s", "41/s", "97/s")
	case "service":
		return set("handlers."+handler+".service.mean", "7.3"+handler[1:]+"ms", "29.7"+handler[1:]+"ms")
	case "failing":
		return set("handlers."+handler+".fail", "0%", "50%")
	case "slow":
		return fault("slow: %s, factor: 3, for: 333ms", handler)
	case "fail", "panic":
		return fault("%s: %s, share: 30%%, for: 222ms", kind, handler)
	case "stall":
		return fault("stall: %s, lane: %s, for: 123ms", handler, lane.Name)
	case "keys":
		return set("load.keys.count", "1", "5", "40")
	case "timeout":
		return set("load.timeout", "0s", "13333us", "55555us")
	case "attempts":
		return set(ofLane+"attempts", "1", "5")
	case "ack":
		return set(ofLane+"ack", "none", "before", "after")
	case "speed":
		return set(ofLane+"speed", "0.5", "3")
	case "workers":
		return set(ofLane+"workers", "1", fmt.Sprint(lane.Workers+1), fmt.Sprint(lane.Workers+3))
	case "capacity":
		return set(ofLane+"queue.capacity", "1", "3", "200")
	case "visibility":
		return set(ofLane+"queue.visibility", "0s", "7444us", "31888us")
	case "policy":
		return set(ofLane+"queue.when_full", "block", "drop_newest", "drop_oldest")
	case "producers":
		return fault("%s, lane: %s", d.pick("producers", "stop: producers", "start: producers", "start: producers", "revive: lane"), lane.Name)
	case "structure":
		if lane.Model == engine.EventModel && d.pick("setting", "dispatch", "handlers") == "dispatch" {
			return set(ofLane+"dispatch", "inline", "buffered")
		}
		return set(ofLane+"handlers", "apart", "together", "[h1]")
	default:
		return fault("crash: worker, lane: %s, handler: %s, count: 99, when: %s, restart: 157ms", lane.Name, handler, kind[len("crash "):])
	}
}

// byChance tells whether what a change does depends on who is first.
func (d *drawer) byChance(lane *engine.Lane, c *change) bool {
	alike := lane.Workers > 1 && lane.Queue.Partitions == 0
	hands := lane.Workers > 1 || lane.Publishers > 1 || lane.PerItem() || lane.Dispatch == engine.Goroutine // more than one
	if d.shared && hands {
		switch c.kind {
		case "workers", "capacity", "policy", "producers", "structure", "crash during", "crash before_ack", "attempts", "ack":
			return true // several begin at one moment, and stand in line
		}
	}
	if lane.Queue.Order != engine.FIFO && lane.Queue.WhenFull == engine.Block {
		switch c.kind {
		case "workers", "capacity", "producers", "structure", "crash during", "crash before_ack":
			return true // several are taken at one moment, or sent: is what comes now the next already?
		}
	}
	if slices.Contains(d.visible, lane.Name) {
		switch c.kind {
		case "workers":
			return true // then several have copies, and what they leave waits
		case "attempts", "capacity", "policy", "producers", "structure", "crash during", "crash before_ack":
			if alike {
				return true // what begins at one moment comes back at one
			}
		}
	}
	if d.steady && slices.Contains([]string{"failing", "fail", "panic"}, c.kind) {
		return true // who fails takes a copy of the same item next, as long as another hand is at it
	}
	several := lane.Producers > 1 // when workers begin at one moment, which of the producers that this lets go comes with the next item?
	switch c.kind {
	case "visibility": // see the package's documentation
		return alike
	case "stall": // which of several that begin at one moment is held?
		return hands
	case "workers": // which of them leaves? does a sound one take the next item, or one that is to crash?
		return d.single || several || d.nested != "" || c.value == "1" && lane.Workers > 1 || slices.Contains(d.doomed, lane.Name)
	case "capacity": // who stands at a queue, producers and workers that publish, goes on at one moment
		return !inOrder(lane) || d.nested != "" && lane.Model == engine.Message && lane.Queue.WhenFull == engine.Block
	case "policy": // what has piled up comes at once: before or after workers made room?
		if lane.Queue.Order != engine.FIFO && c.value == "block" {
			return true // from now on producers stand there: see [drawer.lane]
		}
		return !inOrder(lane) || lane.Queue.WhenFull == engine.Block || lane.Queue.DropExpired && (lane.Queue.Order != engine.FIFO || lane.Pools != nil)
	case "structure":
		if lane.Queue.DropExpired && lane.Publishers != 1 && c.value == "buffered" {
			return true
		}
		fallthrough
	case "producers": // the same
		return !inOrder(lane) || queues(lane) && lane.Queue.WhenFull != engine.Block
	case "crash during": // which of them drops first what it holds?
		if alike && !d.patient && !lane.Recover {
			return true // tries for one item that begin at one moment panic at one: which other worker comes to its next handler?
		}
		return alike && lane.Ack == engine.AckAfter || lane.Workers > 1 && several
	case "crash before_ack": // which of them takes the next item, and crashes?
		return alike || lane.Workers > 1 && several
	}
	return false
}

// queues tells whether there are queues between producers and who handles items.
func queues(l *engine.Lane) bool { return l.Model == engine.Message || l.Dispatch == engine.Buffered }

// inOrder tells whether what has piled up is handed over in one order, and taken
// in it: by one producer, and not from several queues by one worker.
func inOrder(l *engine.Lane) bool {
	return !queues(l) || l.Producers <= 1 && l.Publishers <= 1 && !l.PerItem() && l.Queue.Partitions == 0
}
