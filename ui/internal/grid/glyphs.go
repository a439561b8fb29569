package grid

// Glyphs are the signs for everything that is not text. There are two sets,
// [Unicode] and [ASCII]; each sign of one stands for the same in the other and
// is one cell wide.
type Glyphs struct {
	Braille bool // lines in dots of 2 by 4 to a cell; otherwise 1 by 2

	TopLeft, TopRight, BottomLeft, BottomRight rune // of a box
	Horizontal, Vertical                       rune

	Rise   [9]rune  // a cell filled from below in eighths, none to all
	Across [9]rune  // a cell filled from the left in eighths, none to all
	Shade  [10]rune // ever darker, none to all
	Track  rune     // what is still free of a bar
	Upper  rune     // the upper half of a cell; 0: there is none
	Lower  rune     // the lower half; 0: there is none
	Rule   rune     // a level drawn across a chart
	Mark   rune     // a moment drawn down a chart

	Bullet, Circle, Cross, Tick, Dot rune // busy, idle, down, done, not yet
	Diamond                          rune // simulated
	Pass, Again, Grave, Void, Ghost  rune // of items: passes, put back, dead letter, lost, its client is gone
	Left, Right, Up, Down            rune
	Ellipsis                         rune
	Between                          rune // parts its neighbours in a row
}

// Unicode are the glyphs for any terminal with UTF-8 and a usual font.
var Unicode = Glyphs{
	Braille: true,
	TopLeft: '╭', TopRight: '╮', BottomLeft: '╰', BottomRight: '╯',
	Horizontal: '─', Vertical: '│',
	Rise:   [9]rune{' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'},
	Across: [9]rune{' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'},
	Shade:  [10]rune{'·', '░', '░', '░', '▒', '▒', '▒', '▓', '▓', '█'},
	Track:  '░', Upper: '▀', Lower: '▄', Rule: '┄', Mark: '┊',
	Bullet: '●', Circle: '○', Cross: '×', Tick: '✓', Dot: '·',
	Diamond: '◆',
	Pass:    '•', Again: '↺', Grave: '†', Void: '∅', Ghost: '◌',
	Left: '◂', Right: '▸', Up: '▴', Down: '▾',
	Ellipsis: '…', Between: '·',
}

// ASCII are the glyphs for every other terminal.
var ASCII = Glyphs{
	TopLeft: '+', TopRight: '+', BottomLeft: '+', BottomRight: '+',
	Horizontal: '-', Vertical: '|',
	Rise:   [9]rune{' ', '_', '.', '-', '-', '=', '=', '#', '#'},
	Across: [9]rune{'.', '.', '.', '.', '#', '#', '#', '#', '#'},
	Shade:  [10]rune{'.', ':', '-', '=', '+', 'o', '*', '%', '#', '@'},
	Track:  '.', Rule: '-', Mark: ':',
	Bullet: '*', Circle: 'o', Cross: 'x', Tick: '+', Dot: '.',
	Diamond: '#',
	Pass:    '.', Again: 'R', Grave: 'D', Void: 'L', Ghost: 'E',
	Left: '<', Right: '>', Up: '^', Down: 'v',
	Ellipsis: '~', Between: '|',
}

// fold finds the ASCII character nearest to r.
func fold(r rune) rune {
	switch {
	case r < 0x7f:
		return r
	case r == '─' || r == '━' || r == '┄' || r == '╌' || r == '═' || r == '–' || r == '—':
		return '-'
	case r == '│' || r == '┃' || r == '┊' || r == '║' || r == '▕' || r == '▏':
		return '|'
	case r >= 0x2500 && r <= 0x257f: // corners and crossings
		return '+'
	case r >= 0x2580 && r <= 0x259f: // blocks
		return '#'
	}
	if i, ok := folds[r]; ok {
		return i
	}

	return '?'
}

var folds = map[rune]rune{
	'◆': '#', '●': '*', '•': '*', '○': 'o', '×': 'x', '✗': 'x', '✓': '+', '·': '.', '…': '~',
	'◂': '<', '←': '<', '▸': '>', '→': '>', '▴': '^', '↑': '^', '▲': '^', '▾': 'v', '↓': 'v', '▼': 'v',
	'↺': 'R', '†': 'D', '∅': 'L', '◌': 'E',
	'µ': 'u', 'μ': 'u', '±': '~', '≈': '~', '∞': '8', '’': '\'', '‘': '\'', '“': '"', '”': '"', '\u00a0': ' ',
}
