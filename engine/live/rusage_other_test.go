//go:build !unix

package live

import "time"

// processCPU returns 0 where the process cannot ask how much CPU it has used.
func processCPU() time.Duration { return 0 }
