package tui

import (
	"strconv"
	"strings"

	"duet/engine"
)

// labelled is a line of a scenario's settings: what it is about, and the
// settings in words.
type labelled struct{ label, text string }

// inWords tells the settings of a scenario that one wants to know before it is
// played.
func inWords(s *engine.Scenario) []labelled {
	lines := []labelled{{"load", loadInWords(&s.Load)}}
	var handlers []string
	for i := range s.Handlers {
		handlers = append(handlers, handlerInWords(&s.Handlers[i]))
	}
	lines = append(lines, labelled{"handlers", strings.Join(handlers, "; ")})
	for i := range s.Lanes {
		lines = append(lines, labelled{s.Lanes[i].Name, laneInWords(&s.Lanes[i])})
	}
	if n := len(s.Timeline); n > 0 {
		lines = append(lines, labelled{"timeline", strconv.Itoa(n) + plural(" moment", n)})
	}
	if len(s.Cases) > 0 {
		var names []string
		for _, c := range s.Cases {
			names = append(names, c.Name)
		}
		lines = append(lines, labelled{"cases", strings.Join(names, ", ")})
	}
	return append(lines, labelled{"claims", strconv.Itoa(claims(s))})
}

// claims is how many claims a scenario makes, in all its cases.
func claims(s *engine.Scenario) int {
	n := len(s.Expect)
	for i := range s.Cases {
		n += len(s.Cases[i].Expect)
	}
	return n
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func loadInWords(l *engine.Load) string {
	text := string(l.Arrivals)
	if l.Rate > 0 {
		text = l.Rate.String() + " " + text
	}
	if l.Timeout > 0 {
		text += ", clients wait " + engine.FormatDuration(l.Timeout)
		if n := l.Retry.Attempts; n > 1 {
			text += " and try " + strconv.Itoa(n) + " times"
		}
	}
	return text
}

func handlerInWords(h *engine.Handler) string {
	text := h.Name + " " + string(h.Service.Dist)
	if h.Own {
		text = h.Name + " is your own function"
	} else if h.Service.Mean > 0 {
		text = h.Name + " " + engine.FormatDuration(h.Service.Mean) + " " + string(h.Service.Dist)
	}
	if h.Work == engine.CPU {
		text += " of a core"
	}
	if h.Fail > 0 {
		text += ", " + h.Fail.String() + " fail"
	}
	if h.Panic > 0 {
		text += ", " + h.Panic.String() + " panic"
	}
	return text
}

// roomOf says how much a queue takes.
func roomOf(q *engine.Queue) string {
	if !q.Broker.Bounded() {
		return "no limit in " + string(q.Broker)
	}
	return "room for " + strconv.Itoa(q.Capacity)
}

// roomInWords says how much a queue takes, and what happens beyond that.
func roomInWords(q *engine.Queue) string {
	if !q.Broker.Bounded() {
		return roomOf(q)
	}
	return roomOf(q) + ", " + strings.ReplaceAll(string(q.WhenFull), "_", " ")
}

func laneInWords(l *engine.Lane) string {
	if l.Model == engine.EventModel {
		text := strconv.Itoa(l.Publishers) + plural(" publisher", l.Publishers) + ", " + string(l.Dispatch)
		if l.Dispatch == engine.Buffered {
			text += ", room for " + strconv.Itoa(l.Queue.Capacity)
		}
		return text
	}
	text := strconv.Itoa(l.Workers) + plural(" worker", l.Workers) + ", " + roomInWords(&l.Queue)
	if l.Queue.Partitions > 0 {
		text += ", " + strconv.Itoa(l.Queue.Partitions) + plural(" partition", l.Queue.Partitions)
	}
	if l.Ack != engine.AckNone {
		text += ", ack " + string(l.Ack)
	}
	return text
}
