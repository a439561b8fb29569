package tui

import "charm.land/bubbles/v2/key"

// typing says whether letters are for a field of what is open.
func typing(o overlay) bool {
	switch o.(type) {
	case *picker, *entry, *settings, *saving:
		return true
	default:
		return false
	}
}

// keysOf are the keys that something takes while it is open, and what it is. The
// scene has those of the past while that is looked at.
func (m *model) keysOf(o overlay) (title string, keys []key.Help) {
	does := func(pairs ...string) []key.Help {
		var list []key.Help
		for i := 0; i+1 < len(pairs); i += 2 {
			list = append(list, key.Help{Key: pairs[i], Desc: pairs[i+1]})
		}
		return append(list, key.Help{Key: "esc", Desc: "closes it"})
	}
	switch o.(type) {
	case nil:
		if !m.scene.cursor.on {
			return "", nil
		}
		return "while you look back", m.scene.pastHints
	case *question:
		return "the question", does("1-9", "bets on a choice", "↑ ↓ enter", "bets on the one selected", "a", "shows the answer without a bet", "x", "asks no more questions", "q", "quits")
	case *answer:
		return "the answer", does("enter a", "closes it", "the others", "close it and do what they do")
	case *comparison:
		return "the table of all lanes", does("↑ ↓", "moves it; so do pgup, pgdown, home and end", "← →", "the last 10 s, or the whole run", "the others", "do what they do")
	case *picker:
		return "the presets", does("letters", "find presets; a path with / or .yaml is a file", "↑ ↓ tab", "another preset; pgup and pgdown more of them", "enter", "plays it")
	case *faults:
		return "faults", does("↑ ↓", "another fault", "tab", "where, how much, how long: another of these", "← →", "changes it", "enter", "breaks it")
	case *entry:
		return "an exact value", does("enter", "sets it")
	case *settings:
		return "all settings", does("letters", "find settings", "↑ ↓ tab", "another setting, another group", "← →", "less, more; with shift by 1%", "enter", "types a value", "delete", "as it was in the beginning")
	case *tour:
		return "the tour", does("enter →", "goes on", "←", "goes back", "+ -", "more, fewer arrivals")
	case *changes:
		return "what you changed", does("↑ ↓", "another change", "enter", "takes back, or does again, up to there")
	case *saving:
		return "save as a scenario", does("enter", "writes the file")
	default:
		return "", nil
	}
}
