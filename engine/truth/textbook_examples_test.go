package truth_test

// The services that most examples have.
var (
	exponential = []string{"dist: exponential"}
	constant    = []string{"dist: constant"}
)

// Figures are typed in as printed; fractions where the source has fractions.
var examples = []example{
	{
		source: "Hillier, Lieberman: Introduction to Operations Research, chapter on queueing theory", about: "M/M/s: County Hospital, one doctor",
		rate: 2, work: exponential, mean: 1.0 / 3, lanes: []string{hired(1), calling(1)},
		prints: []printed{{"L", 2, 0}, {"Lq", 4.0 / 3, 0}, {"W", 1, 0}, {"Wq", 2.0 / 3, 0}, {"must wait", 0.667, 0.001}, {"busy", 2.0 / 3, 0}},
	},
	{
		source: "Hillier, Lieberman: the same", about: "M/M/s: County Hospital, two doctors",
		rate: 2, work: exponential, mean: 1.0 / 3, lanes: []string{hired(2), calling(2)},
		prints: []printed{{"L", 0.75, 0}, {"Lq", 1.0 / 12, 0}, {"W", 3.0 / 8, 0}, {"Wq", 1.0 / 24, 0}, {"must wait", 0.167, 0.001}, {"busy", 1.0 / 3, 0}},
	},
	{
		source: "Winston: Operations Research, section M/M/s", about: "the bank with two tellers",
		rate: 80, work: exponential, mean: 1.0 / 50, lanes: []string{hired(2)}, items: 1_000_000,
		prints: []printed{{"L", 4.44, 0.01}, {"Lq", 2.84, 0.01}, {"W", 0.055, 0.001}, {"must wait", 0.71, 0.01}}, within: 0.08,
	},
	{
		source: "Winston: Operations Research, section M/M/1 with finite capacity", about: "the barber shop with ten seats",
		rate: 20, work: exponential, mean: 0.2, lanes: []string{few(1, 9)},
		prints: []printed{{"L", 9.67, 0.01}, {"W", 1.93, 0.01}, {"turned away", 0.75, 0.01}, {"served in a unit", 5, 0}},
	},
	{
		source: "Winston: Operations Research, section M/G/1", about: "exponential service",
		rate: 5, work: exponential, mean: 1.0 / 8, lanes: []string{hired(1)},
		prints: []printed{{"L", 5.0 / 3, 0}, {"Lq", 25.0 / 24, 0}, {"W", 1.0 / 3, 0}, {"Wq", 5.0 / 24, 0}},
	},
	{
		source: "Winston: Operations Research, section M/G/1", about: "services all alike, half as long in line",
		rate: 5, work: constant, mean: 1.0 / 8, lanes: []string{hired(1), calling(1)},
		prints: []printed{{"Lq", 25.0 / 48, 0}, {"Wq", 5.0 / 48, 0}},
	},
	{
		source: "Render, Stair: Quantitative Analysis for Management, constant service", about: "M/D/1: Garcia-Golding Recycling",
		rate: 8, work: constant, mean: 1.0 / 12, lanes: []string{hired(1)},
		prints: []printed{{"Wq", 1.0 / 12, 0}},
	},
	{
		source: "Gross, Harris: Fundamentals of Queueing Theory, section M/M/1", about: "the hair salon",
		rate: 5, work: exponential, mean: 1.0 / 6, lanes: []string{hired(1)}, items: 1_500_000,
		prints: []printed{{"L", 5, 0}, {"Lq", 25.0 / 6, 0}, {"W", 1, 0}, {"Wq", 5.0 / 6, 0}}, within: 0.08,
	},
	{
		source: "Gross, Harris: section M/M/c", about: "the eye clinic, three doctors",
		rate: 6, work: exponential, mean: 1.0 / 3, lanes: []string{hired(3), calling(3)},
		prints: []printed{{"L", 26.0 / 9, 0}, {"Lq", 8.0 / 9, 0}, {"W", 0.481, 0.001}, {"Wq", 0.148, 0.001}}, within: 0.08,
	},
	{
		source: "Gross, Harris: section M/M/c/K", about: "vehicle inspection, three stalls and four places",
		rate: 1, work: exponential, mean: 6, lanes: []string{few(3, 4)},
		prints: []printed{{"L", 6.06, 0.01}, {"Lq", 3.09, 0.01}, {"W", 12.3, 0.1}, {"turned away in a unit", 30.3 / 60, 0.1 / 60}},
	},
	{
		source: "Gross, Harris: section M/G/1", about: "the server trained to be steadier, but slower",
		rate: 1.0 / 6, work: []string{"dist: lognormal, cv: 0.7272727272727273"}, mean: 5.5, lanes: []string{hired(1)}, items: 1_500_000,
		prints: []printed{{"L", 8.625, 0.001}, {"W", 51.75, 0.01}}, within: 0.12,
	},
	{
		source: "Gross, Harris: section M/E_k/1", about: "the drive-up window of Grabeur-Muny, four phases",
		rate: 16.0 / 60, work: []string{"dist: gamma, cv: 0.5"}, mean: 2.5, lanes: []string{hired(1)}, items: 200_000,
		prints: []printed{{"Lq", 5.0 / 6, 0}, {"Wq", 3.125, 0}}, within: 0.08,
	},
	{
		source: "Gross, Harris: section M/E_k/1", about: "Grabeur-Muny, each phase an observer or handler",
		rate: 16.0 / 60, work: []string{"dist: exponential", "dist: exponential", "dist: exponential", "dist: exponential"}, mean: 2.5 / 4,
		lanes: []string{calling(1), "{model: message, handlers: together, workers: 1, " + room + "}"}, items: 200_000,
		prints: []printed{{"Lq", 5.0 / 6, 0}, {"Wq", 3.125, 0}}, within: 0.08,
	},
	{
		source: "Banks, Carson, Nelson, Nicol: Discrete-Event System Simulation, section M/G/1", about: "the mechanic of the widget-making machines",
		rate: 1.5, work: []string{"dist: lognormal, cv: 0.6666666666666666"}, mean: 0.5, lanes: []string{hired(1)},
		prints: []printed{{"L", 2.375, 0}},
	},
	{
		source: "Banks and others: section M/G/1", about: "Able, faster on average",
		rate: 1.0 / 30, work: []string{"dist: lognormal, cv: 0.8333333333333334"}, mean: 24, lanes: []string{hired(1)}, items: 1_000_000,
		prints: []printed{{"Lq", 2.711, 0.001}, {"busy", 0.8, 0}}, within: 0.08,
	},
	{
		source: "Banks and others: section M/G/1", about: "Baker, steadier",
		rate: 1.0 / 30, work: []string{"dist: uniform, spread: 13.8564%"}, mean: 25, lanes: []string{hired(1)}, items: 1_000_000,
		prints: []printed{{"Lq", 2.097, 0.001}, {"busy", 0.833, 0.001}}, within: 0.08,
	},
	{
		source: "Banks and others: section M/M/c", about: "two clerks",
		rate: 2, work: exponential, mean: 2.0 / 3, lanes: []string{hired(2)},
		prints: []printed{{"L", 2.4, 0.01}, {"Lq", 1.07, 0.01}, {"must wait", 0.533, 0.001}}, within: 0.08,
	},
	{
		source: "Banks and others: section M/M/c/N", about: "the barbershop with room for three",
		rate: 2, work: exponential, mean: 1.0 / 3, lanes: []string{few(1, 2)},
		prints: []printed{
			{"L", 1.015, 0.001},
			{"Lq", 0.431, 0.001},
			{"W", 0.579, 0.001},
			{"Wq", 0.246, 0.001},
			{"turned away", 0.123, 0.001},
			{"served in a unit", 1.754, 0.001},
		},
	},
	{
		source: "Jain: The Art of Computer Systems Performance Analysis, section M/M/1", about: "the gateway",
		rate: 125, work: exponential, mean: 0.002, lanes: []string{hired(1)},
		prints: []printed{{"L", 0.33, 0.01}, {"W", 0.00266, 0.00001}, {"busy", 0.25, 0}},
	},
	{
		source: "Jain: section M/M/m", about: "the computer centre with five terminals",
		rate: 10.0 / 60, work: exponential, mean: 20, lanes: []string{hired(5), calling(5)},
		prints: []printed{{"Lq", 0.65, 0.01}, {"W", 24, 1}, {"must wait", 0.33, 0.01}, {"Wq 90 %", 14, 1}}, within: 0.1,
	},
	{
		source: "Jain: section M/M/m/B", about: "the gateway with two buffers",
		rate: 125, work: exponential, mean: 0.002, lanes: []string{few(1, 1)},
		prints: []printed{{"L", 0.286, 0.001}, {"W", 0.0024, 0.00001}, {"turned away", 0.0476, 0.0001}, {"turned away in a unit", 5.95, 0.01}},
	},
	{
		source: "Allen: Probability, Statistics and Queueing Theory, section M/M/1", about: "the message switching centre",
		rate: 4, work: exponential, mean: 0.22, lanes: []string{hired(1)}, items: 2_000_000,
		prints: []printed{{"L", 7.33, 0.01}, {"Lq", 6.45, 0.01}, {"W", 1.83, 0.01}, {"Wq", 1.61, 0.01}}, within: 0.1,
	},
	{
		source: "Allen: appendix, the chance that an arrival of GI/M/1 finds nobody", about: "D/M/1 at 0.8: 0.3714",
		rate: 0.8, load: "arrivals: constant", work: exponential, mean: 1, lanes: []string{hired(1), calling(1)},
		prints: []printed{{"must wait", 1 - 0.3714, 0.0001}, {"W", 1 / 0.3714, 0.001}},
	},
	{
		source: "Allen: the same", about: "D/M/1 at 0.5: 0.7968",
		rate: 0.5, load: "arrivals: constant", work: exponential, mean: 1, lanes: []string{hired(1)},
		prints: []printed{{"must wait", 1 - 0.7968, 0.0001}, {"W", 1 / 0.7968, 0.001}},
	},
	{
		source: "Law, Kelton: Simulation Modeling and Analysis, chapter on output analysis", about: "M/M/1 at 0.9, delay in the long run",
		rate: 1, work: exponential, mean: 0.9, lanes: []string{hired(1)}, items: 2_000_000,
		prints: []printed{{"Wq", 8.1, 0}}, within: 0.12,
	},
	{
		source: "Brockmeyer, Halstrom, Jensen: The Life and Works of A.K. Erlang, table of the loss formula", about: "10 lines with a loss of 1 %",
		rate: 4.461, work: exponential, mean: 1, lanes: []string{few(10, 0)}, items: 1_000_000,
		prints: []printed{{"turned away", 0.01, 0.0001}}, within: 0.09,
	},
	{
		source: "The same table, for calls all alike: the loss does not depend on their distribution (Sevastyanov, 1957)", about: "20 lines with a loss of 1 %",
		rate: 12.03, work: constant, mean: 1, lanes: []string{few(20, 0)}, items: 1_000_000,
		prints: []printed{{"turned away", 0.01, 0.0001}}, within: 0.08,
	},
	{
		source: "The same table, for calls that differ a lot", about: "10 lines with 5 erlangs",
		rate: 5, work: []string{"dist: lognormal, cv: 2"}, mean: 1, lanes: []string{few(10, 0)}, items: 1_000_000,
		prints: []printed{{"turned away", 0.0184, 0.0001}}, within: 0.08,
	},
	{
		source: "Banks and others: section M/G/infinity", about: "the users of The Connection",
		rate: 500, work: []string{"dist: lognormal"}, mean: 3, lanes: []string{"{model: event, dispatch: goroutine}"},
		prints: []printed{{"L", 1500, 0}},
	},
	{
		source: "Flatto, Hahn: Two Parallel Queues Created by Arrivals with Two Demands, 1984; Nelson, Tantawi, 1988: (12 - rho)/8 times M/M/1", about: "fork and join at 0.5",
		rate: 0.5, work: []string{"dist: exponential", "dist: exponential"}, mean: 1, lanes: []string{hired(1), "{model: event, dispatch: buffered, " + room + "}"},
		prints: []printed{{"W", (12 - 0.5) / 8 * 2, 0}},
	},
	{
		source: "Flatto, Hahn: the same", about: "fork and join at 0.8",
		rate: 0.8, work: []string{"dist: exponential", "dist: exponential"}, mean: 1, lanes: []string{hired(1)}, items: 1_000_000,
		prints: []printed{{"W", (12 - 0.8) / 8 * 5, 0}},
	},
	{
		source: "Nelson, Tantawi: Approximate Analysis of Fork/Join Synchronization in Parallel Queues, 1988: an approximation to 5 %", about: "fork and join of four at 0.5",
		rate: 0.5, work: []string{"dist: exponential", "dist: exponential", "dist: exponential", "dist: exponential"}, mean: 1, lanes: []string{hired(1)},
		prints: []printed{{"W", 3.79, 0.05 * 3.79}},
	},
	{
		source: "Feller: An Introduction to Probability Theory and Its Applications 2, section I.6", about: "the longest of four exponential times",
		rate: 1, work: []string{"dist: exponential", "dist: exponential", "dist: exponential", "dist: exponential"}, mean: 1,
		lanes:  []string{"{model: event, dispatch: goroutine}", hired(40)},
		prints: []printed{{"W", 25.0 / 12, 0}, {"L", 25.0 / 12, 0}},
	},
}
