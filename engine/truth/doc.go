// Package truth holds simulated runs against the literature: worked examples
// and tables of textbooks and papers, with the figures that are printed there.
// It has tests only.
package truth
