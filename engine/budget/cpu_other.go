//go:build !unix

package budget

import "time"

// processCPU is 0 where the process cannot ask how much CPU it has used.
func processCPU() time.Duration { return 0 }
