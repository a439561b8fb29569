package engine

import (
	"encoding/json"
	"math"
	"time"
)

// Figure is a number of a report: a count, a share, seconds, or a rate a
// second. NaN means that it is not defined, such as a percentile of nothing;
// JSON has null then.
type Figure float64

// MarshalJSON writes null for what is not defined.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// UnmarshalJSON reads null as NaN.
func (f *Figure) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*f = Figure(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(f))
}

// LedgerFigures is a [Ledger] as reports and claims name it.
type LedgerFigures struct {
	Offered      int64 `json:"offered"`
	Done         int64 `json:"done"`
	Failed       int64 `json:"failed"`
	Dropped      int64 `json:"dropped"`
	Expired      int64 `json:"expired"`
	DeadLettered int64 `json:"dead_lettered"`
	Waiting      int64 `json:"waiting"`
	InFlight     int64 `json:"in_flight"`
	Lost         int64 `json:"lost"`
	Redelivered  int64 `json:"redelivered"`
	Duplicates   int64 `json:"duplicates"`
	Deduplicated int64 `json:"deduplicated"`
	Skipped      int64 `json:"skipped"`
	Attempts     int64 `json:"attempts"`
}

// GaugeFigures is a [Gauge]. A claim or condition that names the gauge alone
// means Now.
type GaugeFigures struct {
	Now  int64  `json:"now"`
	Mean Figure `json:"mean"`
	Max  int64  `json:"max"`
}

// SummaryFigures is a [Summary] in seconds. All but Count are null where
// nothing was measured.
type SummaryFigures struct {
	Count int64      `json:"count"`
	Mean  Figure     `json:"mean"`
	CI95  *[2]Figure `json:"ci95"` // of the mean; null where the run is too short
	P50   Figure     `json:"p50"`
	P90   Figure     `json:"p90"`
	P95   Figure     `json:"p95"`
	P99   Figure     `json:"p99"`
	P999  Figure     `json:"p999"`
	Max   Figure     `json:"max"`
}

// OrderFigures is a [Disorder].
type OrderFigures struct {
	Late            int64 `json:"late"`
	MaxDisplacement int64 `json:"max_displacement"`
	KeyLate         int64 `json:"key_late"`
	NestedLate      int64 `json:"nested_late"` // items seen after what was published while handling them
}

// HandlerFigures are the figures of one handler in a lane, over deliveries.
type HandlerFigures struct {
	Name string `json:"name"`
	LedgerFigures
	Workers     int            `json:"workers"`
	Utilisation Figure         `json:"utilisation"`
	Depth       GaugeFigures   `json:"depth"`
	Wait        SummaryFigures `json:"wait"`
	Service     SummaryFigures `json:"service"`
}

// ResourceFigures are the figures of a resource in a lane.
type ResourceFigures struct {
	Name        string         `json:"name"`
	Slots       int            `json:"slots"`
	InUse       GaugeFigures   `json:"in_use"`
	Waiting     GaugeFigures   `json:"waiting"`
	Utilisation Figure         `json:"utilisation"`
	Wait        SummaryFigures `json:"wait"`
}

// ClassFigures are the figures of one class of a lane's items.
type ClassFigures struct {
	Name         string         `json:"name"`
	Offered      int64          `json:"offered"`
	Done         int64          `json:"done"`
	Failed       int64          `json:"failed"`
	Dropped      int64          `json:"dropped"`
	Expired      int64          `json:"expired"`
	DeadLettered int64          `json:"dead_lettered"`
	Waiting      int64          `json:"waiting"`
	InFlight     int64          `json:"in_flight"`
	Lost         int64          `json:"lost"`
	Latency      SummaryFigures `json:"latency"`
}

// LaneFigures are the figures of one lane, in the shape of the JSON of
// `duet run`: counts, seconds, rates a second.
type LaneFigures struct {
	Name  string `json:"name"`
	Model Model  `json:"model"`
	LedgerFigures
	Throughput     Figure            `json:"throughput"`
	Utilisation    Figure            `json:"utilisation"`
	Depth          GaugeFigures      `json:"depth"`
	Backlog        GaugeFigures      `json:"backlog"`
	InSystem       GaugeFigures      `json:"in_system"`
	Latency        SummaryFigures    `json:"latency"`
	LatencyNaive   SummaryFigures    `json:"latency_naive"`
	Wait           SummaryFigures    `json:"wait"`
	Service        SummaryFigures    `json:"service"`
	Publish        SummaryFigures    `json:"publish"`
	PacerLateness  SummaryFigures    `json:"pacer_lateness"`
	Order          OrderFigures      `json:"order"`
	PWait          Figure            `json:"p_wait"`
	OldestWaiting  Figure            `json:"oldest_waiting"`
	BlockedSeconds Figure            `json:"blocked_seconds"`
	Goodput        Figure            `json:"goodput"`
	Wasted         int64             `json:"wasted"`  // deliveries handled for tries that clients had given up
	Retries        int64             `json:"retries"` // tries that clients made after their first
	Goroutines     GaugeFigures      `json:"goroutines"`
	Handlers       []HandlerFigures  `json:"handlers"`
	Resources      []ResourceFigures `json:"resources,omitempty"`
	Classes        []ClassFigures    `json:"classes,omitempty"`
	Broker         *BrokerFigures    `json:"broker,omitempty"` // in which its queues are
	Theory         any               `json:"theory"`           // the closed form beside it, by whoever knows one; null otherwise
}

// FiguresOf makes the figures of a lane in one of its windows. In Whole (or
// with w nil) the counts are those of the whole run, warm-up included, so that
// the ledger balances; in another window they are what happened in it.
// Handlers, resources and classes have figures of the whole run only.
func FiguresOf(l *LaneSnapshot, w *Window) LaneFigures {
	v := viewOf(l, w)
	w = v.window
	f := LaneFigures{
		Name: l.Name, Model: l.Model, LedgerFigures: ledgerFigures(v.ledger),
		Throughput: Figure(w.Throughput), Utilisation: Figure(w.Utilisation),
		Depth: gaugeFigures(&w.Depth), Backlog: gaugeFigures(&w.Backlog), InSystem: gaugeFigures(&w.InSystem),
		Latency: summaryFigures(&w.Latency), LatencyNaive: summaryFigures(&w.Naive),
		Wait: summaryFigures(&w.Wait), Service: summaryFigures(&w.Service),
		Publish: summaryFigures(&w.Publish), PacerLateness: summaryFigures(&w.Lateness),
		Order:         OrderFigures(w.Order),
		PWait:         Figure(w.PWait),
		OldestWaiting: inSeconds(l.OldestWaiting), BlockedSeconds: inSeconds(w.Blocked),
		Goodput: Figure(w.Goodput), Wasted: v.wasted(), Retries: v.retries(), Goroutines: gaugeFigures(&l.Goroutines),
		Handlers: make([]HandlerFigures, len(l.Handlers)),
	}
	for i := range l.Handlers {
		h := &l.Handlers[i]
		f.Handlers[i] = HandlerFigures{
			Name: h.Name, LedgerFigures: ledgerFigures(&h.Ledger),
			Workers: h.Workers, Utilisation: Figure(h.WholeUtilisation), Depth: gaugeFigures(&h.Depth),
			Wait: summaryFigures(&h.WholeWait), Service: summaryFigures(&h.WholeService),
		}
	}
	for i := range l.Resources {
		r := &l.Resources[i]
		f.Resources = append(f.Resources, ResourceFigures{
			Name: r.Name, Slots: r.Slots, InUse: gaugeFigures(&r.InUse), Waiting: gaugeFigures(&r.Waiting),
			Utilisation: Figure(r.WholeUtilisation), Wait: summaryFigures(&r.WholeWait),
		})
	}
	for i := range l.Classes {
		f.Classes = append(f.Classes, classFigures(&l.Classes[i]))
	}
	if l.Broker.Kind != "" {
		f.Broker = brokerFigures(&l.Broker)
	}
	return f
}

func classFigures(c *ClassSnapshot) ClassFigures {
	l := &c.Ledger
	return ClassFigures{
		Name: c.Name, Offered: l.Offered, Done: l.Done, Failed: l.Failed, Dropped: l.Dropped, Expired: l.Expired,
		DeadLettered: l.DeadLettered, Waiting: l.Waiting, InFlight: l.InFlight, Lost: l.Lost,
		Latency: summaryFigures(&c.WholeLatency),
	}
}

// view is a lane seen through a window.
type view struct {
	lane   *LaneSnapshot
	window *Window
	ledger *Ledger // of the whole run, or of the window
}

func viewOf(l *LaneSnapshot, w *Window) view {
	if w == nil || w == &l.Whole {
		return view{l, &l.Whole, &l.Ledger}
	}
	return view{l, w, &w.Ledger}
}

// whole tells whether counts are those of the whole run.
func (v view) whole() bool { return v.ledger == &v.lane.Ledger }

func (v view) wasted() int64 {
	if v.whole() {
		return v.lane.Wasted
	}
	return v.window.Wasted
}

func (v view) retries() int64 {
	if v.whole() {
		return v.lane.Retries
	}
	return v.window.Retries
}

func ledgerFigures(l *Ledger) LedgerFigures {
	return LedgerFigures{
		Offered: l.Offered, Done: l.Done, Failed: l.Failed, Dropped: l.Dropped, Expired: l.Expired,
		DeadLettered: l.DeadLettered, Waiting: l.Waiting, InFlight: l.InFlight, Lost: l.Lost,
		Redelivered: l.Redelivered, Duplicates: l.Duplicates, Deduplicated: l.Deduplicated, Skipped: l.Skipped, Attempts: l.Attempts,
	}
}

func gaugeFigures(g *Gauge) GaugeFigures {
	return GaugeFigures{Now: g.Now, Mean: Figure(g.Mean), Max: g.Max}
}

func summaryFigures(s *Summary) SummaryFigures {
	f := SummaryFigures{
		Count: s.Count, Mean: measured(s, s.Mean),
		P50: measured(s, s.P50), P90: measured(s, s.P90), P95: measured(s, s.P95),
		P99: measured(s, s.P99), P999: measured(s, s.P999), Max: measured(s, s.Max),
	}
	if s.CI95 != nil {
		f.CI95 = &[2]Figure{inSeconds(s.CI95[0]), inSeconds(s.CI95[1])}
	}
	return f
}

// measured is a duration of a summary in seconds, not defined when the summary
// is of nothing.
func measured(s *Summary, d time.Duration) Figure {
	if s.Count == 0 {
		return Figure(math.NaN())
	}
	return inSeconds(d)
}

func inSeconds(d time.Duration) Figure { return Figure(d.Seconds()) }
