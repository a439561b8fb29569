package remotework

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine/broker"
)

func TestAJobComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := Job{Seq: rapid.Int64().Draw(t, "seq"), Key: rapid.Int32().Draw(t, "key"), Payload: rapid.SliceOf(rapid.Byte()).Draw(t, "payload")}
		for range rapid.IntRange(1, 5).Draw(t, "tasks") {
			j.Tasks = append(j.Tasks, Task{
				Takes: time.Duration(rapid.Int64Range(0, int64(longest)).Draw(t, "takes")),
				Fail:  rapid.Float64Range(0, 1).Draw(t, "fail"), Panic: rapid.Float64Range(0, 1).Draw(t, "panic"),
			})
		}
		got, err := DecodeJob(j.Encode())
		if err != nil || got.Seq != j.Seq || got.Key != j.Key || !slices.Equal(got.Tasks, j.Tasks) || !bytes.Equal(got.Payload, j.Payload) {
			t.Errorf("%+v came back as %+v, %v", j, got, err)
		}
	})
}

func TestWhatMakesNoSense(t *testing.T) {
	for _, text := range []string{
		"", "null", "{}", `{"v":3,"from":"a","number":1}`, `{"v":2,"from":"a","number":0}`, `{"v":2,"from":"A b","number":1}`,
		`{"v":2,"from":"a","number":1,"more":1}`, `{"v":2,"from":"a","number":1} x`, `{"v":2,"from":"a","number":1}{}`,
		`{"v":2,"from":"a","number":1,"hello":{"host":"","workers":1}}`, `{"v":2,"from":"a","number":1,"hello":{"host":"h","workers":100000}}`,
		`{"v":2,"from":"a","number":1,"events":[{"what":"dances","queue":"q","worker":1,"id":1}]}`,
		`{"v":2,"from":"a","number":1,"events":[{"what":"begins","queue":"q","worker":0,"id":1}]}`,
		`{"v":2,"from":"a","number":1,"events":[{"what":"ends","queue":"q","worker":1,"id":1}]}`,
		`{"v":2,"from":"a","number":1,"events":[{"what":"ends","queue":"q","worker":1,"id":1,"did":[{"took":-1}]}]}`,
		`{"v":2,"from":"a","number":1,"events":[{"what":"begins","queue":"q","worker":1,"id":-1}]}`,
		`{"v":2,"from":"a","number":1,"events":[{"what":"begins","queue":"q","worker":1,"id":1,"did":[{"took":1}]}]}`,
	} {
		if r, err := DecodeReport([]byte(text)); err == nil {
			t.Errorf("%s was read as %+v", text, r)
		}
	}
	for _, text := range []string{
		`{"v":2,"number":1,"settings":{}}`, `{"v":2,"number":1,"end":"soon"}`, `{"v":2,"number":1,"answers":[{"queue":"q","worker":1,"id":1,"do":"go"}]}`,
		`{"v":2,"number":1,"answers":[{"queue":"q","worker":1,"id":1,"do":"go","tasks":[{"takes":1,"stall":-1,"fail":0,"panic":0}]}]}`,
		`{"v":2,"number":1,"settings":{"queues":[{"title":"a","name":"a","handlers":[1]}],"handlers":[{"name":"a","cpu":false,"slower":1,"fail":0,"panic":0}],"prefetch":1,"partitions":0,"ack_after":true,"recovers":true,"speed":1,"paused":false}}`,
		`{"v":2,"number":1,"crashes":[{"queue":"q","worker":1,"restart":-5}]}`,
	} {
		if l, err := DecodeLetter([]byte(text)); err == nil {
			t.Errorf("%s was read as %+v", text, l)
		}
	}
}

// FuzzDecode: whatever comes, it is refused, or makes sense and can be written again.
func FuzzDecode(f *testing.F) {
	report := Report{From: "a", Number: 3, Hello: &Hello{Host: "h", Workers: 2}, Events: []Event{{What: Ends, Queue: "q", Worker: 1, ID: 7, Did: []Result{{Took: 5}}}}}
	letter := Letter{Number: 1, Answers: []Answer{{Queue: "q", Worker: 1, ID: 1, Do: Go, Tasks: []Task{{Takes: 4}}}}, End: Over}
	job := Job{Seq: 4, Tasks: []Task{{Takes: 3, Fail: 0.5}}, Payload: []byte("x\ny")}
	f.Add(report.Encode())
	f.Add(letter.Encode())
	f.Add(job.Encode())
	f.Add([]byte(`{"v":2,"from":"a","number":1,"hello":{"host":"\u001b[31m\u202e","workers":1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := DecodeReport(data); err == nil {
			if again, err := DecodeReport(r.Encode()); err != nil || again.Number != r.Number || len(again.Events) != len(r.Events) {
				t.Errorf("%s came back as %+v, %v", data, again, err)
			}
			if r.Hello != nil && (strings.ContainsAny(r.Hello.Host, "\x1b\n\u202e") || r.Hello.Host != Plain(r.Hello.Host)) {
				t.Errorf("a host is called %q", r.Hello.Host)
			}
		}
		if l, err := DecodeLetter(data); err == nil {
			if again, err := DecodeLetter(l.Encode()); err != nil || again.Number != l.Number {
				t.Errorf("%s came back as %+v, %v", data, again, err)
			}
		}
		if j, err := DecodeJob(data); err == nil {
			if again, err := DecodeJob(j.Encode()); err != nil || !bytes.Equal(again.Payload, j.Payload) {
				t.Errorf("%s came back as %+v, %v", data, again, err)
			}
		}
	})
}

// TestSequencePutsInOrder what comes in any order, and more than once, as long as
// nothing is missing.
func TestSequencePutsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, mostAhead).Draw(t, "n")
		var numbers []uint64
		for i := range n {
			for range rapid.IntRange(1, 2).Draw(t, "times") {
				numbers = append(numbers, uint64(i+1))
			}
		}
		var s Sequence[uint64]
		var got []uint64
		for _, number := range rapid.Permutation(numbers).Draw(t, "order") {
			got = append(got, s.Take(number, number)...)
		}
		if len(got) != n || !slices.IsSorted(got) {
			t.Errorf("%v came out as %v", numbers, got)
		}
	})
}

func TestSequencePassesOverWhatDoesNotCome(t *testing.T) {
	var s Sequence[uint64]
	var got []uint64
	for n := uint64(2); n <= mostAhead+5; n++ {
		got = append(got, s.Take(n, n)...)
	}
	if len(got) != mostAhead+4 || got[0] != 2 || s.Take(1, 1) != nil {
		t.Errorf("%d came out, from %d on", len(got), got[0])
	}
}

// flaky is a queue that does not confirm each message at once.
type flaky struct {
	broker.Queue
	mu   sync.Mutex
	fail int // so many publishes
	gone bool
	got  []Report
}

func (q *flaky) Publish(_ context.Context, m broker.Message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.gone {
		return broker.ErrGone
	}
	r, err := DecodeReport(m.Body)
	if err != nil {
		return err
	}
	q.got = append(q.got, r)
	if q.fail--; q.fail >= 0 {
		return broker.ErrUnknown
	}
	return nil
}

func (q *flaky) sent() []Report {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.got)
}

func TestOutboxSendsAllThereIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &flaky{fail: 3}
		box := NewOutbox(func(r *Report, number uint64) []byte {
			r.From, r.Number = "a", number
			return r.Encode()
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- box.Run(ctx, q) }()
		const many = 1000
		var confirmed atomic.Int64
		for i := range many {
			box.Post(func(r *Report) {
				r.Events = append(r.Events, Event{What: Begins, Queue: "q", Worker: 1, ID: uint64(i)})
			}, func() { confirmed.Add(1) })
		}
		box.Flush(t.Context())
		synctest.Wait()
		var order Sequence[Report]
		next := uint64(0)
		sent := q.sent()
		for _, r := range sent {
			for _, r := range order.Take(r.Number, r) {
				for _, e := range r.Events {
					if e.ID != next {
						t.Fatalf("event %d comes after %d", e.ID, next)
					}
					next++
				}
			}
		}
		if next != many || confirmed.Load() != many {
			t.Errorf("%d of %d events came, %d were confirmed", next, many, confirmed.Load())
		}
		time.Sleep(10 * beat)
		synctest.Wait()
		if n := len(q.sent()) - len(sent); n < 9 || n > 11 {
			t.Errorf("%d signs of life in 10 s", n)
		}
		q.mu.Lock()
		q.gone = true
		q.mu.Unlock()
		if err := <-ended; !errors.Is(err, broker.ErrGone) {
			t.Errorf("it ends with %v", err)
		}
		cancel()
	})
}
