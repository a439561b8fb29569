package engine

import (
	"reflect"
	"testing"
	"time"
)

// shares finds a path at which two values share memory that could be changed;
// empty when there is none.
func shares(a, b reflect.Value, path string) string {
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() || a.Type() == reflect.TypeFor[*Scenario]() && path != "" {
			return ""
		}
		if a.Pointer() == b.Pointer() {
			return path
		}
		return shares(a.Elem(), b.Elem(), path)
	case reflect.Struct:
		for i := range a.NumField() {
			if p := shares(a.Field(i), b.Field(i), path+"."+a.Type().Field(i).Name); p != "" {
				return p
			}
		}
	case reflect.Slice:
		if a.Len() > 0 && a.Pointer() == b.Pointer() {
			return path
		}
		for i := range a.Len() {
			if p := shares(a.Index(i), b.Index(i), path+"[]"); p != "" {
				return p
			}
		}
	case reflect.Map:
		if !a.IsNil() && a.Pointer() == b.Pointer() {
			return path
		}
		for _, key := range a.MapKeys() {
			if p := shares(a.MapIndex(key), b.MapIndex(key), path+"[]"); p != "" {
				return p
			}
		}
	}
	return ""
}

func TestScenarioCloneSharesNothing(t *testing.T) {
	for _, src := range []string{
		everything,
		classed,
		shortest + "timeline: [{at: 1s, fault: {slow: charge}}]",
		"load: {rate: 1/s, arrivals: steps, steps: [{at: 1s, times: 2}]}\nhandlers: [{name: a}]",
		"load: {arrivals: trace, trace: {file: a.csv}}\nhandlers: [{name: a}]",
		"load: {rate: 1/s, arrivals: ramp}\nhandlers: [{name: a}]",
		"load: {rate: 1/s, arrivals: sine}\nhandlers: [{name: a}]",
	} {
		s := decoded(t, src)
		c := s.Clone()
		if !reflect.DeepEqual(s, c) {
			t.Errorf("the clone differs: %+v", c)
		}
		if p := shares(reflect.ValueOf(s), reflect.ValueOf(c), ""); p != "" {
			t.Errorf("the clone shares %s", p)
		}
	}
}

// fullSnapshot is a snapshot with something in every slice.
func fullSnapshot(t testing.TB) *Snapshot {
	snap := measuredRun(decoded(t, shortest+"resources: [{name: db}]\nexpect: [{claim: message.done > 0, during: 5s..10s}]"))
	snap.Raised = []string{"queue.high"}
	for i := range snap.Lanes {
		l := &snap.Lanes[i]
		l.Handlers[0].Partitions = []int{1, 2, 3}
		l.Workers = []WorkerSnapshot{{ID: 1}, {ID: 2, State: Busy}}
		l.Publishers = []PublisherSnapshot{{ID: 1, Calls: []CallSnapshot{{Took: time.Second}}}, {ID: 2}}
	}
	return snap
}

func TestSnapshotCloneSharesNothing(t *testing.T) {
	snap := fullSnapshot(t)
	c := snap.Clone()
	if !reflect.DeepEqual(snap, c) {
		t.Errorf("got %+v\nwant %+v", c, snap)
	}
	if p := shares(reflect.ValueOf(snap), reflect.ValueOf(c), ""); p != "" {
		t.Errorf("the clone shares %s", p)
	}
}

func TestSnapshotCopyReusesItsRoom(t *testing.T) {
	full, small := fullSnapshot(t), fullSnapshot(t)
	small.Lanes = small.Lanes[:1]
	small.Lanes[0].Workers = small.Lanes[0].Workers[:1]
	dst := &Snapshot{}
	dst.CopyFrom(full)
	if n := testing.AllocsPerRun(10, func() {
		dst.CopyFrom(small)
		dst.CopyFrom(full)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if !reflect.DeepEqual(dst, full) {
		t.Errorf("got %+v\nwant %+v", dst, full)
	}
	if p := shares(reflect.ValueOf(full), reflect.ValueOf(dst), ""); p != "" {
		t.Errorf("the copy shares %s", p)
	}
}

func BenchmarkSnapshotCopy(b *testing.B) {
	full, dst := fullSnapshot(b), &Snapshot{}
	b.ReportAllocs()
	for b.Loop() {
		dst.CopyFrom(full)
	}
}
