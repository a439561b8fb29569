package export

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"duet/engine"
	"duet/engine/script"
)

// arrange settles how a message lane's workers take from its queues: in which order,
// and of which classes. What is tried again has a way back of its own, and takes no
// part in that.
func (l *lane) arrange(s *engine.Scenario) {
	order := l.spec.Queue.Order
	l.Order = engine.FIFO
	rooms := script.RoomsOf(l.spec, s.Load.ClassNames())
	switch {
	case l.Model != engine.Message || l.Attempts > 0:
	case rooms.Of != nil && order != engine.LIFO:
		l.Order, l.rooms = order, rooms
	case rooms.Of == nil && order == engine.LIFO && l.Partitions == 0:
		l.Order = order
	}
}

// Classes is in how many queues a subscription keeps the classes apart; 0: it does
// not.
func (l *lane) Classes() int {
	if l.rooms.Of == nil {
		return 0
	}
	return l.rooms.Queues()
}

// LIFO tells whether the lane's queues are stacks.
func (l *lane) LIFO() bool { return l.Order == engine.LIFO }

// Many tells whether a subscription has several queues.
func (l *lane) Many() bool { return l.Partitions > 0 || l.Classes() > 0 }

// Pooled tells whether workers differ in what they take.
func (l *lane) Pooled() bool { return len(l.rooms.Own) > 0 }

// newClassQueues is the expression for the queues of all classes.
func (l *lane) newClassQueues(capacity int) string {
	queue := "make(chan Item)"
	if capacity > 0 {
		queue = fmt.Sprintf("make(chan Item, %d)", capacity)
	}
	return l.QueueType() + "{" + strings.Join(slices.Repeat([]string{queue}, l.Classes()), ", ") + "}"
}

// room is the number of the queue for an item, as an expression.
func (l *lane) room() string {
	for class, queue := range l.rooms.Of {
		if class != queue {
			return "[]int{" + joined(l.rooms.Of) + "}[it.Class]"
		}
	}
	return "it.Class"
}

func joined(numbers []int) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(numbers)), ", "), "[]")
}

// Shares are the cases of a switch by a worker's number: what it takes.
func (l *lane) Shares() []string {
	var cases []string
	for i := 0; i < len(l.rooms.Own); {
		queue, upTo := l.rooms.Own[i], i
		for upTo < len(l.rooms.Own) && l.rooms.Own[upTo] == queue {
			upTo++
		}
		cases = append(cases, fmt.Sprintf("case worker < %d:\nreturn %s", upTo, taking(engine.FIFO, "queues", []int{queue}, l.Classes())))
		i = upTo
	}
	return cases
}

// Rest is what the workers take that have no class of their own; empty: there are
// none.
func (l *lane) Rest() string {
	if len(l.rooms.Shared) == 0 {
		return ""
	}
	return taking(l.Order, "queues", l.rooms.Shared, l.Classes())
}

// taking is the expression for what comes out of some of so many queues.
func taking(order engine.Order, queues string, which []int, all int) string {
	function := taker(order, len(which))
	if len(which) == all {
		return function + "(" + queues + ")"
	}
	list := make([]string, len(which))
	for i, q := range which {
		list[i] = fmt.Sprintf("%s[%d]", queues, q)
	}
	return fmt.Sprintf("%s([%d]chan Item{%s})", function, len(which), strings.Join(list, ", "))
}

// taker is the function that takes from so many queues in an order.
func taker(order engine.Order, n int) string {
	switch {
	case n == 1:
		return "only"
	case order == engine.Select:
		return fmt.Sprintf("anyOf%d", n)
	default:
		return fmt.Sprintf("firstOf%d", n)
	}
}

// takers are the functions that the lane's workers take by.
func (l *lane) takers() (list []string) {
	if len(l.rooms.Own) > 0 || len(l.rooms.Shared) == 1 {
		list = append(list, taker(l.Order, 1))
	}
	if len(l.rooms.Shared) > 1 {
		list = append(list, taker(l.Order, len(l.rooms.Shared)))
	}
	return list
}

// Takers are the functions by which workers take from the queues of several classes.
func (p *program) Takers() []string {
	written := map[string]string{}
	for _, l := range p.Lanes {
		for _, name := range l.takers() {
			written[name] = takerText(name, max(1, len(l.rooms.Shared)))
		}
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(written)) {
		list = append(list, written[name])
	}
	return list
}

// takerText is such a function.
func takerText(name string, n int) string {
	var choose func(from, upTo int) string
	switch {
	case name == "only":
		return "// only takes from one queue.\nfunc only(queues [1]chan Item) iter.Seq[Item] {\n" +
			"return func(yield func(Item) bool) {\nfor it := range queues[0] {\nif !yield(it) {\nreturn\n}\n}\n}\n}\n"
	case strings.HasPrefix(name, "any"):
		choose = func(_, _ int) string { return selection(n, "") }
	default:
		choose = func(from, upTo int) string { return nested(from, upTo) }
	}
	doc := name + " takes from any queue that has something, by chance: a select knows no first and no second."
	if strings.HasPrefix(name, "first") {
		doc = name + " takes from a queue only while those before it are empty: a select that does not wait, and in its default another one."
	}
	return fmt.Sprintf("// %s\nfunc %s(queues [%d]chan Item) iter.Seq[Item] {\nreturn func(yield func(Item) bool) {\nfor queues != [%d]chan Item{} {\n"+
		"var it Item\nvar ok bool\nat := 0\n%sswitch {\ncase !ok:\nqueues[at] = nil // closed and empty: it is never ready again\n"+
		"case !yield(it):\nreturn\n}\n}\n}\n}\n", doc, name, n, n, choose(1, n))
}

// nested is a select over the first of so many queues, and in its default another one
// over more of them.
func nested(over, all int) string {
	if over == all {
		return selection(all, "")
	}
	return selection(over, "default:\n"+nested(over+1, all))
}

// selection is a select over the first so many queues.
func selection(n int, otherwise string) string {
	text := "select {\ncase it, ok = <-queues[0]:\n"
	for i := 1; i < n; i++ {
		text += fmt.Sprintf("case it, ok = <-queues[%d]:\nat = %d\n", i, i)
	}
	return text + otherwise + "}\n"
}

// ClassShares are the shares of the classes, each with those before it; empty: nobody
// asks for the class of an item.
func (p *program) ClassShares() string {
	if !p.any(func(l *lane) bool { return l.Classes() > 0 }) {
		return ""
	}
	var list []string
	sum := 0.0
	for _, c := range p.scenario.Load.Classes[:len(p.scenario.Load.Classes)-1] {
		sum += float64(c.Share)
		list = append(list, decimal(sum))
	}
	return strings.Join(append(list, "1"), ", ")
}

// ClassNames are the classes in their order.
func (p *program) ClassNames() string { return strings.Join(p.scenario.Load.ClassNames(), ", ") }

// Stack tells whether some lane has such queues; StackPuts how they are put into.
func (p *program) Stack() bool { return p.any((*lane).LIFO) }

func (p *program) pushes(by string) bool {
	return p.any(func(l *lane) bool { return l.LIFO() && l.put == by })
}

// StackSend, StackSendOrDrop and StackSendAndDrop tell which are needed.
func (p *program) StackSend() bool        { return p.pushes("send") }
func (p *program) StackSendOrDrop() bool  { return p.pushes("sendOrDrop") }
func (p *program) StackSendAndDrop() bool { return p.pushes("sendAndDrop") }

// noteOrder says which order, and which classes, are not carried over.
func (p *program) noteOrder(add func(when bool, format string, args ...any)) {
	for _, l := range p.Lanes {
		order := l.spec.Queue.Order
		lost := l.Model == engine.Message && l.Order != order
		add(lost, "lanes.%s.queue.order: %s: here what came first is taken first", l.Name, order)
		for _, class := range slices.Sorted(maps.Keys(l.spec.Pools)) {
			n := l.spec.Pools[class]
			add(n > 0 && l.Classes() == 0, "lanes.%s.pools.%s: %d: here all workers take all classes", l.Name, class, n)
		}
	}
	add(p.scenario.Load.Classes != nil && p.ClassShares() == "", "load.classes: %s: nobody asks for them here", p.ClassNames())
}
