// Package account makes the figures of a lane out of what was counted in it:
// the ledger, the windows of a snapshot, and the time series.
//
// Whoever runs a lane (engine/live on goroutines, engine/virtual in simulated
// time) counts what happens to items and deliveries, records how long it took,
// and now and then puts both together in a [Reading]. A [Lane] follows the
// readings. It does not know how they came about, which is why figures of
// real and of virtual runs can be compared.
//
// Nothing here is safe for concurrent use: a Lane is owned by one goroutine, or
// guarded by whoever owns it.
package account
