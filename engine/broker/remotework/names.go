// Package remotework is how workers in other processes have part in a run whose
// queues are in a broker, and how it is found out from elsewhere whether a run goes
// on.
package remotework

import (
	"strconv"
	"strings"

	"duet/engine/broker"
)

// reports begins the names of the queues in which playgrounds are told things. No
// handler has a name that begins like this.
const reports = "_reports_"

// Reports is where a lane of a run is told things, by its n-th hand-over, from 1.
func Reports(run, lane string, n int) broker.Name {
	return broker.Name{Run: run, Lane: lane, Handler: reports + strconv.Itoa(n)}
}

// Letters is where a process with workers is told things by a lane.
func Letters(run, lane, process string) broker.Name {
	return broker.Name{Run: run, Lane: lane, Handler: "_to_" + process}
}

// Work is where the deliveries to a handler are, or to all together, of a lane's n-th
// hand-over, from 1.
func Work(run, lane, handler string, n int) broker.Name {
	if n > 1 {
		handler = "_" + strconv.Itoa(n) + "_" + handler
	}
	return broker.Name{Run: run, Lane: lane, Handler: handler}
}

// isReports tells whether a queue is such a one, and of which hand-over.
func isReports(name broker.Name) (n int, ok bool) {
	number, ok := strings.CutPrefix(name.Handler, reports)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(number)
	return n, err == nil && n > 0
}
