package diagnose_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/diagnose"
)

// Whatever a snapshot says, possible or not, there is a finding; the worst comes
// first; each is a sentence of at most two lines of the screen; and looking
// changes nothing.
func TestAnySnapshot(t *testing.T) { rapid.Check(t, anySnapshot) }

func FuzzAnySnapshot(f *testing.F) { f.Fuzz(rapid.MakeFuzz(anySnapshot)) }

const twoLines = 2 * 113

func anySnapshot(t *rapid.T) {
	now, before := drawSnapshot(t), drawSnapshot(t)
	if rapid.Bool().Draw(t, "related") {
		before = now.Clone()
		before.At -= time.Duration(rapid.Int64Range(1, int64(4*sec)).Draw(t, "ago"))
		drawLane(t, &before.Lanes[0])
	}
	copied := now.Clone()
	found := diagnose.Of(now, rapid.SampledFrom([]*engine.Snapshot{nil, before}).Draw(t, "before"))
	if len(found) == 0 {
		t.Fatal("nothing found")
	}
	if wrong := ranked(found); wrong != "" {
		t.Errorf("%s: %+v", wrong, found)
	}
	for i := range found {
		checkFinding(t, &found[i])
	}
	if fmt.Sprintf("%+v", now.Lanes) != fmt.Sprintf("%+v", copied.Lanes) {
		t.Errorf("looking changed the snapshot")
	}
}

// checkFinding holds that a finding is fit to be shown.
func checkFinding(t interface{ Errorf(string, ...any) }, f *diagnose.Finding) {
	if f.Text == "" || f.Text[len(f.Text)-1] != '.' || !utf8.ValidString(f.Text) || strings.Contains(f.Text, "\n") {
		t.Errorf("not a sentence: %q", f.Text)
	}
	if n := utf8.RuneCountInString(f.Text); n > twoLines {
		t.Errorf("%d columns: %s", n, f.Text)
	}
	for _, nonsense := range []string{"NaN", "Inf", "%!", " -", "(-", "e+"} {
		if strings.Contains(f.Text, nonsense) {
			t.Errorf("nonsense in %q", f.Text)
		}
	}
	for _, x := range []float64{f.Growth, f.Share, f.FullIn.Seconds()} {
		if !(x >= 0) || math.IsInf(x, 0) {
			t.Errorf("a figure out of range: %+v", *f)
		}
	}
	if f.Share > 1 {
		t.Errorf("a share of %g: %+v", f.Share, *f)
	}
}

// drawSnapshot draws a snapshot of one of some scenarios. Its figures need not
// go together.
func drawSnapshot(t *rapid.T) *engine.Snapshot {
	s := scenarioOf(t, rapid.SampledFrom([]string{
		"{load: {rate: 80/s, timeout: 1s, retry: {attempts: 3}}, handlers: [{name: charge, work: cpu}, {name: mail}], lanes: [{model: message, ack: after}, {model: event}]}",
		"{load: {rate: 80/s, arrivals: sine, timeout: 1s, retry: {attempts: 3, budget: 10%}}, handlers: [{name: charge}], lanes: [{model: message, queue: {partitions: 4, when_full: drop_oldest}}, {model: event, publishers: 4, publish_by: key}]}",
		"{load: {rate: 0/s, timeout: 1ms}, handlers: [{name: charge}, {name: mail, work: cpu}], lanes: [{model: message, handlers: together}, {model: event, dispatch: buffered}]}",
		"{load: {rate: 100000/s}, handlers: [{name: charge}, {name: mail}], lanes: [{model: message, recover: false}, {model: event, dispatch: goroutine}]}",
	}).Draw(t, "scenario"))
	snap := &engine.Snapshot{Lanes: make([]engine.LaneSnapshot, len(s.Lanes))}
	draw(t, reflect.ValueOf(snap).Elem())
	snap.Scenario = s
	for i := range snap.Lanes {
		drawLane(t, &snap.Lanes[i])
		snap.Lanes[i].Name, snap.Lanes[i].Model = s.Lanes[i].Name, s.Lanes[i].Model
	}
	return snap
}

// drawLane draws all that a lane says but who it is, and the number of its
// handlers.
func drawLane(t *rapid.T, l *engine.LaneSnapshot) {
	name, model := l.Name, l.Model
	n := func(label string) int { return rapid.IntRange(0, 3).Draw(t, label) }
	l.Handlers = make([]engine.HandlerSnapshot, n("handlers"))
	l.Workers, l.Publishers = make([]engine.WorkerSnapshot, n("workers")), make([]engine.PublisherSnapshot, n("publishers"))
	for i := range l.Handlers {
		l.Handlers[i].Partitions = make([]int, n("partitions"))
	}
	for i := range l.Publishers {
		l.Publishers[i].Calls = make([]engine.CallSnapshot, n("calls"))
	}
	draw(t, reflect.ValueOf(l).Elem())
	for i := range l.Handlers {
		l.Handlers[i].Name = []string{"charge", "mail", "other"}[i]
	}
	l.Name, l.Model = name, model
}

// draw fills in a value: half the numbers are such as are seen, half are not.
func draw(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			draw(t, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			draw(t, v.Index(i))
		}
	case reflect.Bool:
		v.SetBool(rapid.IntRange(0, 3).Draw(t, "rarely") == 0)
	case reflect.String:
		v.SetString(rapid.SampledFrom([]string{"", "", "panic in charge", strings.Repeat("panic ", 50), "real"}).Draw(t, "text"))
	case reflect.Float64:
		v.SetFloat(rapid.OneOf(rapid.Float64Range(0, 1), rapid.Float64Range(0, 1e6), rapid.Float64(),
			rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0})).Draw(t, "figure"))
	case reflect.Int, reflect.Int64, reflect.Int32:
		most := int64(math.MaxInt64) >> (64 - v.Type().Bits())
		v.SetInt(rapid.OneOf(rapid.Int64Range(0, 10), rapid.Int64Range(0, min(1e11, most)), rapid.Int64Range(-most-1, most)).Draw(t, "number"))
	case reflect.Uint8:
		v.SetUint(rapid.Uint64Range(0, 4).Draw(t, "state"))
	}
}
