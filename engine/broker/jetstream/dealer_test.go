package jetstream

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"
)

// In whichever order processes hear of each other, they come to the same, and all workers
// have about as many partitions.
func TestAllProcessesDealOutTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		partitions := rapid.IntRange(1, 12).Draw(t, "partitions")
		here, there := dealer{holders: make([]member, partitions)}, dealer{holders: make([]member, partitions)}
		rolls := rapid.MapOf(rapid.StringMatching("[a-z]"), rapid.SliceOfN(rapid.Custom(func(t *rapid.T) member {
			return member{Name: rapid.StringMatching("[a-z]").Draw(t, "name"), Since: rapid.Int64Range(1, 3).Draw(t, "since")}
		}), 0, 4)).Draw(t, "rolls")
		var processes []string
		workers := 0
		for process, roll := range rolls {
			processes = append(processes, process)
			workers += len(roll)
		}
		slices.Sort(processes)
		for _, p := range processes {
			here.replace(p, rolls[p])
		}
		for _, p := range rapid.Permutation(processes).Draw(t, "heard") {
			there.replace(p, nil)
			there.replace(p, rolls[p])
		}
		if !slices.Equal(here.holders, there.holders) {
			t.Fatalf("%v here, and there %v", here.holders, there.holders)
		}
		share := map[member]int{}
		for _, m := range here.holders {
			share[m]++
		}
		if workers == 0 && share[member{}] != partitions || workers > 0 && share[member{}] > 0 {
			t.Fatalf("%d workers have %v", workers, here.holders)
		}
	})
}

// FuzzHear holds that whatever anybody says, every partition has a reader that there is,
// or nobody.
func FuzzHear(f *testing.F) {
	f.Add([]byte(`{"process":"x","workers":[{"name":"host/1","since":1}]}`))
	f.Add([]byte(`{"process":"x"}`))
	f.Add([]byte(`{"workers":[{}]}`))
	f.Fuzz(func(t *testing.T, said []byte) {
		q := &queue{dealer: dealer{holders: make([]member, 3)}}
		p := &presence{queue: q, process: "here", news: make(chan struct{}, 1), heard: map[string]time.Time{}}
		p.hear(&nats.Msg{Data: said})
		var r roll
		want := 0
		if json.Unmarshal(said, &r) == nil && r.Process != "" && r.Process != p.process {
			want = len(r.Workers)
		}
		if len(q.dealer.workers) != want {
			t.Fatalf("%d workers are known of %d", len(q.dealer.workers), want)
		}
		for _, m := range q.dealer.holders {
			if (m == member{}) != (want == 0) {
				t.Fatalf("%v have %v", q.dealer.workers, q.dealer.holders)
			}
		}
	})
}
