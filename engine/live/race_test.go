//go:build race

package live

func init() { raced = true }
