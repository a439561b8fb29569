//go:build !unix

package node

import "testing"

// Freeze is not to be had here.
func (n *Node) Freeze(t testing.TB) { t.Skip("a process cannot be stopped on this system") }

// Thaw is not to be had here.
func (n *Node) Thaw(testing.TB) {}
