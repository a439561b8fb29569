// Duet runs a message-driven and an event-driven model side by side on the
// same workload, in the terminal, and shows what each costs.
package main

import (
	"os"

	"duet/ui/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
