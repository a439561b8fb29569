// Package replicate carries scenarios out to their end, several at a time, and
// says what a figure is when the same scenario is run with several seeds, and how
// sure that is.
//
// It does not know what runs them: that is a [Start], which live or virtual
// runs give.
package replicate
