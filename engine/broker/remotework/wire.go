package remotework

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"duet/engine/broker"
)

// Version is that of the protocol. Both sides must speak the same.
const Version = 2

// The bounds of what is believed.
const (
	MostWorkers = 1000 // of one process, for each queue
	mostTasks   = 64
	mostChanges = 256 // in one message
	mostText    = 200
	mostHost    = 32
	longest     = 1000 * time.Hour
)

// Job is what a message of a run says of its delivery, before the payload.
type Job struct {
	V       int    `json:"v"`
	Seq     int64  `json:"seq"`
	Key     int32  `json:"key"`
	Tasks   []Task `json:"tasks"`
	Payload []byte `json:"-"`
}

// Task is the work of one handler for an item. What is random in it was drawn from the
// seed.
type Task struct {
	Takes time.Duration `json:"takes"`           // lane time
	Stall time.Duration `json:"stall,omitempty"` // it stands still for so long before, by a fault; lane time
	Fail  float64       `json:"fail"`            // it fails if this is less than the handler's part
	Panic float64       `json:"panic"`           // the same with panics
}

// Report is what a process with workers tells the playground. Every second there is
// one: it is a sign of life.
type Report struct {
	V      int     `json:"v"`
	From   string  `json:"from"`   // the process, by a name drawn anew each time it joins
	Number uint64  `json:"number"` // from 1
	Hello  *Hello  `json:"hello,omitempty"`
	Events []Event `json:"events,omitempty"`
	Bye    bool    `json:"bye,omitempty"` // it holds nothing any more, and leaves
}

// Hello is how a process presents itself.
type Hello struct {
	Host    string `json:"host"`
	Workers int    `json:"workers"` // for each queue
}

// What happens at a worker.
const (
	Asks   = "asks"   // of what is delivered again, or of everything: what to do with it
	Begins = "begins" // the work
	Ends   = "ends"   // the work
	Lets   = "lets"   // go of what it has in hand, if anything: it has crashed, or leaves
)

// Event is something that happens at one worker.
type Event struct {
	What   string   `json:"what"`
	Queue  string   `json:"queue"`
	Worker int      `json:"worker"` // from 1
	ID     uint64   `json:"id"`     // of the message
	Waited bool     `json:"waited,omitempty"`
	Acked  bool     `json:"acked,omitempty"` // Begins, Ends: before the work, so that it does not come again
	Back   int64    `json:"back,omitempty"`  // Lets: it has crashed, and is back after so many milliseconds; 0: it leaves
	Did    []Result `json:"did,omitempty"`   // Ends: of each task; Lets: the same, if all was done and it has crashed before it said so
}

// Result is how a task ended, by the clock of who did it.
type Result struct {
	Took     time.Duration `json:"took"` // lane time
	Failed   bool          `json:"failed,omitempty"`
	Panicked bool          `json:"panicked,omitempty"`
}

// Letter is what the playground tells a process with workers. Every second there is
// one: it is a sign of life.
type Letter struct {
	V        int       `json:"v"`
	Number   uint64    `json:"number"` // from 1
	Settings *Settings `json:"settings,omitempty"`
	Refused  string    `json:"refused,omitempty"` // why it cannot join
	Answers  []Answer  `json:"answers,omitempty"`
	Crashes  []Crash   `json:"crashes,omitempty"`
	End      string    `json:"end,omitempty"` // Over or Moved
}

// How a hand-over ends.
const (
	Over  = "over"  // with its run
	Moved = "moved" // and there may be another one
)

// Settings are those of a lane, as far as workers need them.
type Settings struct {
	Queues     []Queue   `json:"queues"`
	Handlers   []Handler `json:"handlers"`
	Prefetch   int       `json:"prefetch"`
	Partitions int       `json:"partitions"`
	AckAfter   bool      `json:"ack_after"` // the work; else before
	Ask        bool      `json:"ask"`       // of everything what to do with it: it may have expired, or a handler is to stall
	Recovers   bool      `json:"recovers"`  // a panic is an error of the item; else the worker crashes of it
	Speed      float64   `json:"speed"`     // of the lane's clock
	Paused     bool      `json:"paused"`
}

// Queue is one of a lane.
type Queue struct {
	Title    string `json:"title"`    // what it is called in events
	Name     string `json:"name"`     // the last part of its name in the broker
	Handlers []int  `json:"handlers"` // whose tasks are in its messages, by position in Settings.Handlers
}

// Handler is one of a lane.
type Handler struct {
	Name   string  `json:"name"`
	CPU    bool    `json:"cpu"`    // it burns a core; else it waits
	Slower float64 `json:"slower"` // so many times, by a fault
	Fail   float64 `json:"fail"`   // part of the deliveries
	Panic  float64 `json:"panic"`
}

// What to do with a delivery.
const (
	Go    = "go"    // do the work
	Ack   = "ack"   // it was done before
	Later = "later" // somebody has it in hand: it is to come again after a pause
	Drop  = "drop"  // it is given up
)

// Answer says what to do with a delivery that was asked about, or has failed.
type Answer struct {
	Queue  string        `json:"queue"`
	Worker int           `json:"worker"`
	ID     uint64        `json:"id"`
	Do     string        `json:"do"`
	Pause  time.Duration `json:"pause,omitempty"` // wall time
	Tasks  []Task        `json:"tasks,omitempty"`
}

// Crash has a worker crash.
type Crash struct {
	Queue   string        `json:"queue"`
	Worker  int           `json:"worker"`
	Restart time.Duration `json:"restart"` // wall time
	Late    bool          `json:"late"`    // not before it has done what it has in hand, or gets next, and has not said so
}

// Encode writes a job: a line of JSON, and the payload as it is.
func (j *Job) Encode() []byte {
	j.V = Version
	return append(append(encode(j), '\n'), j.Payload...)
}

// DecodeJob reads a job. The payload is part of data.
func DecodeJob(data []byte) (j Job, err error) {
	line, payload, ok := bytes.Cut(data, []byte{'\n'})
	if !ok {
		return j, errors.New("a job begins with a line of JSON")
	}
	if err := decode(line, &j); err != nil {
		return j, err
	}
	j.Payload = payload
	return j, first(j.V == Version, "version", len(j.Tasks) > 0 && right(j.Tasks), "tasks")
}

// Encode writes a report.
func (r *Report) Encode() []byte {
	r.V = Version
	return encode(r)
}

// DecodeReport reads a report, and believes none that makes no sense.
func DecodeReport(data []byte) (r Report, err error) {
	if err := decode(data, &r); err != nil {
		return r, err
	}
	if r.V != Version {
		return r, fmt.Errorf("it speaks version %d of the protocol, and this is %d", r.V, Version)
	}
	if r.Hello != nil {
		r.Hello.Host = Plain(r.Hello.Host)
	}
	fine := func(e Event) bool {
		known := e.What == Asks || e.What == Begins || e.What == Ends || e.What == Lets
		for _, d := range e.Did {
			known = known && d.Took >= 0 && d.Took <= longest
		}
		return known && e.Worker >= 1 && e.Worker <= MostWorkers && len(e.Did) <= mostTasks && (len(e.Did) > 0 || e.What != Ends) && (len(e.Did) == 0 || e.What == Ends || e.What == Lets) &&
			e.Back >= 0 && e.Back <= longest.Milliseconds() && len(e.Queue) <= mostText
	}
	return r, first(
		broker.IsPart(r.From), "from", r.Number > 0, "number", len(r.Events) <= mostChanges && all(r.Events, fine), "events",
		r.Hello == nil || r.Hello.Workers >= 1 && r.Hello.Workers <= MostWorkers && r.Hello.Host != "", "hello",
	)
}

// Encode writes a letter.
func (l *Letter) Encode() []byte {
	l.V = Version
	return encode(l)
}

// DecodeLetter reads a letter, and believes none that makes no sense.
func DecodeLetter(data []byte) (l Letter, err error) {
	if err := decode(data, &l); err != nil {
		return l, err
	}
	l.Refused = shorten(l.Refused, mostText)
	answers := func(a Answer) bool {
		known := a.Do == Go || a.Do == Ack || a.Do == Later || a.Do == Drop
		return known && (len(a.Tasks) > 0) == (a.Do == Go) && right(a.Tasks) && a.Pause >= 0 && a.Pause <= longest
	}
	crashes := func(c Crash) bool { return c.Restart >= 0 && c.Restart <= longest }
	return l, first(
		l.V == Version, "version", l.Number > 0, "number", l.Settings == nil || l.Settings.right(), "settings",
		len(l.Answers) <= mostChanges && all(l.Answers, answers), "answers", len(l.Crashes) <= mostChanges && all(l.Crashes, crashes), "crashes",
		l.End == "" || l.End == Over || l.End == Moved, "end",
	)
}

// titles are what the queues are called.
func (s *Settings) titles() string {
	var all []string
	for _, q := range s.Queues {
		all = append(all, q.Title)
	}
	return strings.Join(all, ", ")
}

// right tells whether settings make sense.
func (s *Settings) right() bool {
	handlers := func(h Handler) bool {
		return broker.IsPart(h.Name) && h.Slower > 0 && h.Slower <= 1e6 && part(h.Fail) && part(h.Panic)
	}
	queues := func(q Queue) bool {
		there := func(i int) bool { return i >= 0 && i < len(s.Handlers) }
		return broker.IsPart(q.Title) && broker.IsPart(q.Name) && len(q.Handlers) > 0 && all(q.Handlers, there)
	}
	return len(s.Queues) >= 1 && len(s.Queues) <= mostTasks && len(s.Handlers) <= mostTasks && all(s.Handlers, handlers) && all(s.Queues, queues) &&
		s.Prefetch >= 1 && s.Prefetch <= 1000 && s.Partitions >= 0 && s.Speed > 0 && s.Speed <= 1000
}

// right tells whether tasks make sense.
func right(tasks []Task) bool {
	return len(tasks) <= mostTasks && all(tasks, func(t Task) bool {
		return t.Takes >= 0 && t.Takes <= longest && t.Stall >= 0 && t.Stall <= longest && part(t.Fail) && part(t.Panic)
	})
}

func part(x float64) bool { return x >= 0 && x <= 1 }

func all[T any](list []T, holds func(T) bool) bool {
	for _, x := range list {
		if !holds(x) {
			return false
		}
	}
	return true
}

// first is an error about the first of some fields that is not right: each has
// whether it is, and its name.
func first(fields ...any) error {
	for i := 0; i < len(fields); i += 2 {
		if !fields[i].(bool) {
			return fmt.Errorf("its %s makes no sense", fields[i+1])
		}
	}
	return nil
}

// Plain is a text that may be shown as the name of a host: short, on one line, of
// signs that can be seen.
func Plain(text string) string { return shorten(text, mostHost) }

func shorten(text string, most int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	return string(runes[:min(len(runes), most)])
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // numbers and texts alone
	}
	return data
}

// decode reads one value, and nothing that is not known.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}
