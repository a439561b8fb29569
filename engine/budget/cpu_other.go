//go:build !unix

package budget

import "time"

// ProcessCPU is 0 where the process cannot ask how much CPU it has used.
func ProcessCPU() time.Duration { return 0 }
