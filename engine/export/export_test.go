package export_test

import (
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/export"
)

// TestEveryProgramCompiles draws scenarios of all settings.
func TestEveryProgramCompiles(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		chosen := make([]int, len(factors))
		for i, f := range factors {
			chosen[i] = rapid.IntRange(0, len(f.values)-1).Draw(rt, f.where)
		}
		s, text := scenario(chosen)
		if s == nil {
			rt.Skip(text)
		}
		source, err := export.Go(s, export.Options{})
		if err == nil {
			err = check(source)
		}
		if err != nil {
			rt.Fatalf("%v\n%s", err, text)
		}
	})
}

// check type-checks a program.
func check(source []byte) error { return checker()(source) }

// checker reads each package of the standard library once, from its source.
var checker = sync.OnceValue(func() func(source []byte) error {
	files := token.NewFileSet()
	config := types.Config{Importer: importer.ForCompiler(files, "source", nil)}
	return func(source []byte) error {
		file, err := parser.ParseFile(files, "main.go", source, 0)
		if err != nil {
			return err
		}
		_, err = config.Check("main", files, []*ast.File{file}, nil)
		return err
	}
})

// TestNamesDoNotClash: a scenario may call its handlers and lanes what it likes.
func TestNamesDoNotClash(t *testing.T) {
	for _, names := range [][2]string{
		{"main", "func"},
		{"queue", "send"},
		{"message", "message_lane"},
		{"led", "it"},
		{"ctx", "ctx_handler"},
		{"items", "done"},
		{"a_b", "a__b"},
		{"x_", "x__"},
		{"string", "error"},
		{"time", "context"},
		{"exponential", "zipf"},
		{"client", "backoff"},
	} {
		text := "duet: 1\nload: {rate: 1/s, keys: {skew: 1}, timeout: 1s, retry: {attempts: 2, backoff: {base: 1s}}}\n" +
			"handlers: [{name: " + names[0] + ", fail: 1%, panic: 1%, per: item}, {name: " + names[1] + ", fail: 1%, per: item}]\n" +
			"lanes: [{name: " + names[0] + ", model: message, queue: {partitions: 4}}, {name: " + names[1] + ", model: event, dispatch: buffered}]\n"
		s, err := engine.Decode("names.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		source, err := export.Go(s, export.Options{})
		if err == nil {
			err = check(source)
		}
		if err != nil {
			t.Errorf("%v: %v\n%s", names, err, source)
		}
	}
}

// TestWhatIsNotCarriedOverIsSaid looks for it in the first comment.
func TestWhatIsNotCarriedOverIsSaid(t *testing.T) {
	for _, c := range []struct{ change, says string }{
		{"", ""},
		{"duration: 0s", "- duration: the scenario has no end; here items arrive for 30s"},
		{"warmup: 2s", "- warmup: its first 2s are part of the figures"},
		{"timeline: [{at: 3s, fault: {stall: work, lane: event, for: 2s}}]", "- timeline, at 3s: stall work for 2s in event"},
		{"timeline: [{at: 3s, set: {load.rate: 5/s, seed.x: 1}}]", ""},
		{"timeline: [{at: 3s, set: {load.rate: 5/s, load.payload: 7}}]", "- timeline, at 3s: load.payload: 7, load.rate: 5/s"},
		{"events: [{name: queue.high, when: message.depth > 5}]\ntimeline: [{on: queue.high, set: {load.rate: 5/s}}]", "- timeline, on queue.high: load.rate: 5/s"},
		{"events: [{name: queue.high, when: message.depth > 5}]", "- events: queue.high"},
		{"expect: [message.done > 5, event.done > 5]", "- expect: 2 claims"},
		{"cases: [{name: slow}, {name: fast}]", "- cases: slow, fast"},
		{"lanes: [{model: message, ack: before}]", "- lanes.message.ack: before: workers do not crash here"},
		{"lanes: [{model: message, queue: {order: lifo}}]", ""},
		{"lanes: [{model: message, queue: {order: lifo, partitions: 4}}]", "- lanes.message.queue.order: lifo: here what came first is taken first"},
		{"lanes: [{model: message, queue: {visibility: 1s}, ack: after}]", "- lanes.message.queue.visibility: 1s"},
		{"lanes: [{model: message, queue: {broker: channel}}]", ""},
		{"lanes: [{model: message, queue: {broker: rabbitmq, url: 'amqp://me:secret@host'}}]", "- lanes.message.queue.broker: rabbitmq: here the queue is a channel"},
		{"lanes: [{model: message, queue: {broker: kafka, url: 'kafka://host'}}]", "- lanes.message.queue: in kafka it has no limit; a channel has one, here of 100000 items"},
		{"lanes: [{model: message, ack: after, attempts: 3}]", "- lanes.message.attempts: 3: no handler fails here"},
	} {
		s, err := engine.Decode("notes.yaml", []byte("duet: 1\nload: {rate: 1/s}\nhandlers: [{name: work}]\n"+c.change))
		if err != nil {
			continue // one of them is wrong, so that this test sees what it would see of nothing
		}
		source, err := export.Go(s, export.Options{})
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(source), "\npackage main\n")
		switch {
		case c.says == "" && strings.Contains(head, "carried over"):
			t.Errorf("%q: nothing is left out:\n%s", c.change, head)
		case !strings.Contains(head, c.says):
			t.Errorf("%q: want %q in\n%s", c.change, c.says, head)
		}
	}
}

// TestTimesThatWereMeasured are part of the program.
func TestTimesThatWereMeasured(t *testing.T) {
	dir := t.TempDir()
	text := "duet: 1\nload: {rate: 1/s}\nhandlers: [{name: work, service: {file: times.txt}}]\n"
	for name, text := range map[string]string{"s.yaml": text, "times.txt": "1ms\n3ms\n5ms\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := engine.Open(filepath.Join(dir, "s.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := export.Go(s, export.Options{})
	if err == nil {
		err = check(source)
	}
	if err != nil {
		t.Fatal(err)
	}
	if text := string(source); strings.Count(text, "\n\t1*time.Millisecond,")+strings.Count(text, "\n\ttime.Millisecond,") == 0 || !strings.Contains(text, "3ms on average") {
		t.Errorf("the times are not there:\n%s", source)
	}
	if err := os.Remove(filepath.Join(dir, "times.txt")); err != nil {
		t.Fatal(err)
	}
	if s, err = engine.Open(filepath.Join(dir, "s.yaml")); err != nil {
		t.Fatal(err)
	}
	var input *engine.InputError
	if _, err := export.Go(s, export.Options{}); !errors.As(err, &input) {
		t.Errorf("without the file: %v, want an InputError", err)
	}
}

// TestALogHasRoom: what takes whatever comes is no channel without any room.
func TestALogHasRoom(t *testing.T) {
	s, err := engine.Decode("log.yaml", []byte("duet: 1\nload: {rate: 1/s}\nhandlers: [{name: work}]\n"+
		"lanes: [{model: message, queue: {broker: kafka, url: 'kafka://host'}}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := export.Go(s, export.Options{})
	if err != nil || !strings.Contains(string(source), "make(chan Item, 100000)") {
		t.Errorf("%v\n%s", err, source)
	}
}

func TestOnlyOneLane(t *testing.T) {
	s := read(t, "fan_out")
	source, err := export.Go(s, export.Options{Lane: "inline"})
	if err != nil {
		t.Fatal(err)
	}
	if text := string(source); strings.Contains(text, "GoroutineBus") || strings.Contains(text, "chan Item") || !strings.Contains(text, "inlineLane(") {
		t.Errorf("want the lane inline only:\n%s", text)
	}
	if _, err := export.Go(s, export.Options{Lane: "bus"}); err == nil || !strings.Contains(err.Error(), `there is no lane "bus"; there are message, inline, goroutines`) {
		t.Errorf("for a lane that there is not: %v", err)
	}
}
