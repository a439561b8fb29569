package size

import "duet/engine"

// Answer is how large a design has to be.
type Answer struct {
	Design Design `json:"design"`
	// Why says why nothing of this design holds the targets; empty where
	// something does. All below is of what does.
	Why string `json:"why"`

	Workers    *int            `json:"workers"`    // of a queue; null for other designs
	Publishers *int            `json:"publishers"` // of an inline bus
	Goroutines *int            `json:"goroutines"` // the limit of them, reached by fewer than one event in a thousand
	Capacity   *int            `json:"capacity"`   // room in the queue or buffer
	WhenFull   engine.WhenFull `json:"when_full"`  // block unless there is a target for the loss; empty without a queue

	Utilisation engine.Figure `json:"utilisation"` // of the servers, by theory
	Theory      Proposal      `json:"theory"`
	Checks      []Check       `json:"checks"`
	Less        *Trial        `json:"one_less"` // with one server less, where that is not overload; null without
	More        *Trial        `json:"more"`     // with a fifth more load
	// Headroom is how many percent more may arrive with all targets still held,
	// as far as was looked: 100 is 100 or more.
	Headroom int `json:"headroom_percent"`
}

// Proposal is what theory proposed before anything was simulated.
type Proposal struct {
	Model    string `json:"model"`  // in Kendall's notation
	Method   string `json:"method"` // as of a [theory.Result]; or [RuleOfThumb]
	Servers  int    `json:"servers"`
	Capacity *int   `json:"capacity"`
	Unproven bool   `json:"unproven"` // it may hold, and no run is long enough to prove it
}

// RuleOfThumb is the method of a proposal for which no closed form has all
// figures; see the package doc.
const RuleOfThumb = "rule of thumb"

// Trial is a plan that was tried beside the one that holds.
type Trial struct {
	Servers int           `json:"servers"`
	Rate    engine.Figure `json:"rate"`
	Verdict Verdict       `json:"verdict"`
	Checks  []Check       `json:"checks"`
}
