package tui

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
)

// keyMap is every key there is: what Update obeys, and what help and footer
// are made of.
type keyMap struct {
	Faster, Slower     key.Binding // the producers
	More, Less         key.Binding // the selected knob
	FineMore, FineLess key.Binding
	Next, Previous     key.Binding
	Enter              key.Binding
	Settings, Save     key.Binding
	Undo, Redo         key.Binding
	Changes            key.Binding

	Pause, Step            key.Binding
	Back, Ahead            key.Binding // over the past
	LeapBack, LeapAhead    key.Binding
	FarBack, FarAhead      key.Binding
	Begin, Latest          key.Binding
	Voice, Forecast        key.Binding
	SlowMotion, FullMotion key.Binding
	Fault, FaultAgain      key.Binding
	Unlink                 key.Binding
	Lanes                  key.Binding
	Compare                key.Binding
	Ask, NoAsk             key.Binding
	Keys                   key.Binding // how items look

	View, ViewBefore    key.Binding // of the charts
	Closer, Further     key.Binding
	Alike, Pin, Enlarge key.Binding

	Presets, Case    key.Binding
	Restart, NewSeed key.Binding
	Help, Close      key.Binding
	Suspend, Quit    key.Binding
}

var _ help.KeyMap = (*keyMap)(nil)

func newKeyMap() *keyMap {
	bind := func(shown, does string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, does))
	}
	return &keyMap{
		Faster:   bind("+", "more arrivals", "+", "="),
		Slower:   bind("-", "fewer arrivals", "-", "_"),
		More:     bind("→", "more", "right", "l"),
		Less:     bind("←", "less", "left", "h"),
		FineMore: bind("shift+→", "1% more", "shift+right", "L"),
		FineLess: bind("shift+←", "1% less", "shift+left", "H"),
		Next:     bind("↓ tab", "next knob", "down", "tab", "j"),
		Previous: bind("↑ shift+tab", "knob before", "up", "shift+tab", "k"),
		Enter:    bind("enter", "type a value", "enter"),
		Settings: bind("s", "all settings", "s"),
		Save:     bind("ctrl+s", "save as a scenario", "ctrl+s"),
		Undo:     bind("U", "undo", "U", "ctrl+u"),
		Redo:     bind("ctrl+r", "redo", "ctrl+r"),
		Changes:  bind("w", "what you changed", "w"),

		Pause:      bind("space", "pause", "space"),
		Step:       bind(".", "step one item", "."),
		Back:       bind("[", "pause, look back 1 s", "["),
		Ahead:      bind("]", "look 1 s ahead", "]"),
		LeapBack:   bind("{", "look back 10 s", "{"),
		LeapAhead:  bind("}", "look 10 s ahead", "}"),
		FarBack:    bind("pgup", "look back a minute", "pgup"),
		FarAhead:   bind("pgdown", "look a minute ahead", "pgdown"),
		Begin:      bind("home", "look at the beginning", "home"),
		Latest:     bind("end", "look at the latest moment", "end"),
		Voice:      bind("v", "real or virtual", "v"),
		Forecast:   bind("o", "forecast on, off", "o"),
		SlowMotion: bind("<", "slower", "<"),
		FullMotion: bind(">", "faster", ">"),
		Fault:      bind("f", "faults", "f"),
		FaultAgain: bind("!", "the same fault again", "!"),
		Unlink:     bind("u", "rates apart, alike", "u"),
		Lanes:      bind("1-4", "turn to a lane", "1", "2", "3", "4"),
		Ask:        bind("a", "bet, or the answer", "a"),
		NoAsk:      bind("x", "no more questions", "x"), // where one is asked
		Compare:    bind("t", "compare the lanes", "t"),
		Keys:       bind("i", "items by key, by lane", "i"),

		View:       bind("g", "next chart", "g"),
		ViewBefore: bind("G", "chart before", "G"),
		Closer:     bind("z", "zoom: less time, in more detail", "z"),
		Further:    bind("Z", "more time, in less detail", "Z"),
		Alike:      bind("y", "all lanes on one scale", "y"),
		Pin:        bind("m", "figures of a moment, live", "m"),
		Enlarge:    bind("x", "one lane, its chart, all", "x"),

		Presets: bind("p", "presets", "p"),
		Case:    bind("c", "next case", "c"),
		Restart: bind("r", "restart", "r"),
		NewSeed: bind("R", "restart with a new seed", "R"),
		Help:    bind("?", "help", "?", "f1"), // f1 also where letters are typed
		Close:   bind("esc", "close", "esc"),
		Suspend: bind("ctrl+z", "suspend", "ctrl+z"),
		Quit:    bind("q", "quit", "q", "ctrl+c"),
	}
}

// ShortHelp implements [help.KeyMap]: the footer, the most important first.
func (k *keyMap) ShortHelp() []key.Binding {
	return []key.Binding{
		pair("+ -", "rate", k.Faster, k.Slower), pair("↑ ↓", "knob", k.Previous, k.Next),
		pair("← →", "change", k.Less, k.More), k.Pause, k.Help, k.Quit, k.Presets, k.Fault,
		pair("< >", "speed", k.SlowMotion, k.FullMotion), k.Step,
		pair("[ ]", "look back", k.Back, k.Ahead), k.Settings, k.View, k.Voice, short(k.Compare, "compare"), short(k.Ask, "bet"), k.Restart, k.Enter, k.Lanes,
	}
}

// pastHelp are the keys of the footer while the past is looked at.
func (k *keyMap) pastHelp() []key.Binding {
	return []key.Binding{
		pair("← →", "look around", k.Back, k.Ahead), pair("{ }", "by 10 s", k.LeapBack, k.LeapAhead),
		key.NewBinding(key.WithHelp("enter", "go on from here, virtually")), key.NewBinding(key.WithHelp("esc", "back to now")), pair("space", "go on", k.Pause, k.Pause),
		pair("↑ ↓", "knob", k.Previous, k.Next), k.Help, k.Quit,
	}
}

// short is a key with fewer words.
func short(b key.Binding, does string) key.Binding {
	return key.NewBinding(key.WithKeys(b.Keys()...), key.WithHelp(b.Help().Key, does))
}

// pair shows two keys that do opposite things as one.
func pair(shown, does string, a, b key.Binding) key.Binding {
	return key.NewBinding(key.WithKeys(append(a.Keys(), b.Keys()...)...), key.WithHelp(shown, does))
}

// FullHelp implements [help.KeyMap]: all keys, by what they are about.
func (k *keyMap) FullHelp() [][]key.Binding {
	return [][]key.Binding{
		{
			pair("+ -", "more, fewer arrivals", k.Faster, k.Slower), pair("↑ ↓ tab", "other knob", k.Previous, k.Next),
			pair("← →", "less, more", k.Less, k.More), pair("shift+← →", "by 1%", k.FineLess, k.FineMore), k.Enter,
			k.Settings, pair("U ctrl+r", "undo, redo", k.Undo, k.Redo), k.Changes, k.Save, k.Unlink,
		},
		{
			k.Pause, k.Step, pair("[ ]", "look back, ahead", k.Back, k.Ahead), pair("{ }", "by 10 s", k.LeapBack, k.LeapAhead),
			pair("pgup/down", "by a minute", k.FarBack, k.FarAhead), pair("home end", "to the ends", k.Begin, k.Latest),
			pair("< >", "slower, faster", k.SlowMotion, k.FullMotion), k.Voice, k.Fault, k.FaultAgain,
		},
		{
			k.Lanes, k.Compare, k.Keys, pair("g G", "other chart", k.View, k.ViewBefore), pair("z Z", "less, more time", k.Closer, k.Further),
			k.Alike, k.Pin, k.Enlarge, k.Forecast,
		},
		{k.Presets, k.Ask, k.Case, pair("r R", "again, with new seed", k.Restart, k.NewSeed), pair("? f1", "help, words, a tour", k.Help, key.NewBinding()), k.Close, k.Suspend, k.Quit},
	}
}
