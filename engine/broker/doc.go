// Package broker is the queue behind a topic when it lives in a broker: one
// narrow interface, and what each kind of broker can and cannot do. It starts
// nothing itself; each broker has a folder of its own, the only one that imports its
// client library.
//
// A queue here is of one subscription of one run. It is named duet.RUN.LANE.HANDLER,
// where RUN is drawn anew for each run, so that nothing of an earlier run is ever
// mixed up with this one; what was created is deleted when it is closed. Delivery
// is at least once: whoever receives must recognise what it has done already.
package broker
