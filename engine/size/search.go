package size

// least finds the smallest number from low to high that holds, where every
// number above one that holds does too. It begins at guess, and from there looks
// further and further away until it has one on each side; so a good guess costs
// two questions, and a bad one the logarithm of how bad it is. It returns false
// if none holds, and the first error.
func least(low, high, guess int, holds func(n int) (bool, error)) (n int, ok bool, err error) {
	if low > high {
		return 0, false, nil
	}
	guess = max(low, min(high, guess))
	// What is below fails; what is from above on holds.
	below, above := low-1, high+1
	step := 1
	for at := guess; ; {
		held, err := holds(at)
		if err != nil {
			return 0, false, err
		}
		if held {
			above = at
			at -= step
		} else {
			below = at
			at += step
		}
		step *= 2
		if below >= low && above <= high || at < low || at > high {
			break
		}
	}
	for above-below > 1 {
		at := below + (above-below)/2
		held, err := holds(at)
		if err != nil {
			return 0, false, err
		}
		if held {
			above = at
		} else {
			below = at
		}
	}
	return above, above <= high, nil
}
