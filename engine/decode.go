package engine

// Param describes one path that can be set, for knobs and help.
type Param struct {
	Path    string // load.rate, lanes.message.workers, handlers.charge.service.mean
	Kind    ParamKind
	Choices []string // of a choice
	Min     float64  // inclusive; for durations in seconds, for shares 0..1
	Max     float64
	Default string // as written in a file
	Help    string // one line
}

// ParamKind says what values a parameter takes.
type ParamKind string

// The kinds of parameters.
const (
	KindCount    ParamKind = "count"
	KindNumber   ParamKind = "number"
	KindDuration ParamKind = "duration"
	KindRate     ParamKind = "rate"
	KindShare    ParamKind = "share"
	KindChoice   ParamKind = "choice"
	KindBool     ParamKind = "bool"
)
