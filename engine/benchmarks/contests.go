package main

import (
	"context"
	"fmt"

	"duet/engine/budget"
	"duet/engine/event"
	"duet/engine/message"
)

// What duet does with everything measured, and its two libraries alone do not, nor
// any other.
const unmeasured = "measuring"

// contests are all that are held.
func contests() []contest {
	var all []contest
	for _, c := range budget.Crews {
		all = append(all, contest{
			name: "message, " + c.String() + " workers", what: "item",
			arms: []entry{
				{Arm: c.Bare(), lacks: "policies when full, ack, retry, crash, change of room and workers; measuring"},
				{Arm: c.Duet(), own: true},
				{Arm: topic(c), own: true, lacks: unmeasured},
				{Arm: pooled(c, "pond v2.7.1, bounded", 50_000, newPond), lacks: unmeasured + ", policies when full, ack, retry, order"},
				{Arm: pooled(c, "ants v2.12.1", 30_000, newAnts), lacks: unmeasured + ", a queue: who submits waits"},
				{Arm: pooled(c, "conc v0.3.0", 30_000, newConc), lacks: unmeasured + ", a queue: who submits waits"},
				{Arm: nats(c), lacks: unmeasured + ", backpressure: a slow consumer loses"},
			},
		})
	}
	all = append(all, contest{
		name: "message, 1 to 1, through a log or broker", what: "item",
		arms: []entry{
			{Arm: budget.Crew{Producers: 1, Workers: 1}.Bare()},
			{Arm: budget.Crew{Producers: 1, Workers: 1}.Duet(), own: true},
			{Arm: watermill(), lacks: unmeasured + "; but it acks"},
			{Arm: jetstream(), lacks: unmeasured + "; but it acks, and outlives its clients"},
		},
	}, contest{
		name: "message, 1 to 4 subscribers, each gets all", what: "item",
		arms: []entry{
			{Arm: bareFanOut(4)},
			{Arm: duetFanOut(4), own: true, lacks: unmeasured},
			{Arm: cskr(4), lacks: unmeasured + ", ack, retry, crash, change of room"},
		},
	})
	for _, o := range budget.Audiences {
		all = append(all, contest{
			name: "event, " + o.String() + ", inline", what: "publish",
			arms: []entry{
				{Arm: o.Bare(), lacks: "names, recovery of panics, cancelling within a publish; measuring"},
				{Arm: o.Duet(), own: true},
				{Arm: bus(int(o)), own: true, lacks: unmeasured},
				{Arm: textbook(int(o)), lacks: unmeasured + ", recovery; to subscribe in a handler is a deadlock"},
				{Arm: signalled(int(o)), lacks: unmeasured + ", names, recovery"},
				{Arm: fireAgain(int(o)), lacks: unmeasured + ", recovery, to subscribe while others publish"},
				{Arm: fire(int(o)), lacks: unmeasured + ", recovery, to subscribe while others publish"},
				{Arm: dispatched(int(o)), lacks: unmeasured + ", inline: who publishes neither waits nor hears of errors"},
				{Arm: eventBus(int(o)), lacks: unmeasured + ", types that are checked when built, recovery"},
			},
		})
	}
	return append(all, contest{
		name: "simulation, M/M/3", what: "event",
		arms: []entry{
			{Arm: budget.BareQueue(), lacks: "any lane that a scenario can tell; ledger, histograms, order"},
			{Arm: budget.Simulated(), own: true},
			{Arm: godesQueue(), least: 8, lacks: "ledger, histograms; more than one model at a time"},
			{Arm: simgoQueue(), lacks: "ledger, histograms"},
		},
	})
}

// topic is duet's message model alone.
func topic(c budget.Crew) budget.Arm {
	return handing("duet's message alone", c.Producers, 100_000, func(int) (hand func(budget.Letter), end func(), err error) {
		t := message.NewTopic[budget.Letter]("bench")
		_, err = t.Subscribe("work", func(context.Context, budget.Letter) error { return nil },
			message.Options[budget.Letter]{Capacity: 1024, Workers: c.Workers, Recover: true})
		ctx := context.Background()
		return func(l budget.Letter) { must(t.Send(ctx, l)) }, func() { closed(t.Close(ctx)) }, err
	})
}

// duetFanOut has so many subscriptions of a topic.
func duetFanOut(subscribers int) budget.Arm {
	return handing("duet's message alone", 1, 30_000, func(int) (hand func(budget.Letter), end func(), err error) {
		t := message.NewTopic[budget.Letter]("bench")
		for i := range subscribers {
			if _, err := t.Subscribe(fmt.Sprint(i), func(context.Context, budget.Letter) error { return nil },
				message.Options[budget.Letter]{Capacity: 1024, Workers: 1, Recover: true}); err != nil {
				return nil, nil, err
			}
		}
		ctx := context.Background()
		return func(l budget.Letter) { must(t.Send(ctx, l)) }, func() { closed(t.Close(ctx)) }, nil
	})
}

// bus is duet's event model alone.
func bus(observers int) budget.Arm {
	return handing("duet's event alone", 1, 30_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		b := event.NewBus[*budget.Letter](event.Options{Recover: true})
		h := make(heard, observers)
		for i := range h {
			if _, err := b.Subscribe("item", func(context.Context, *budget.Letter) error { h[i]++; return nil }); err != nil {
				return nil, nil, err
			}
		}
		p := b.Event("item").Publisher(nil)
		ctx := context.Background()
		var held budget.Letter
		return func(l budget.Letter) { held = l; must(p.Publish(ctx, &held)) }, func() { closed(b.Close(ctx)); must(h.all(n)) }, nil
	})
}

func closed[T any](_ T, err error) { must(err) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}
