package grid

// Box draws a border along the inside of r, and the title into its upper edge
// as far as there is room. Nothing is drawn when r is less than 2 by 2.
func (g *Grid) Box(r Rect, s Style, title string, titleStyle Style) {
	if r.W < 2 || r.H < 2 {
		return
	}
	right, bottom := r.X+r.W-1, r.Y+r.H-1
	g.Fill(Rect{X: r.X + 1, Y: r.Y, W: r.W - 2, H: 1}, g.Glyphs.Horizontal, s)
	g.Fill(Rect{X: r.X + 1, Y: bottom, W: r.W - 2, H: 1}, g.Glyphs.Horizontal, s)
	g.Fill(Rect{X: r.X, Y: r.Y + 1, W: 1, H: r.H - 2}, g.Glyphs.Vertical, s)
	g.Fill(Rect{X: right, Y: r.Y + 1, W: 1, H: r.H - 2}, g.Glyphs.Vertical, s)
	g.Set(r.X, r.Y, g.Glyphs.TopLeft, s)
	g.Set(right, r.Y, g.Glyphs.TopRight, s)
	g.Set(r.X, bottom, g.Glyphs.BottomLeft, s)
	g.Set(right, bottom, g.Glyphs.BottomRight, s)
	if title != "" && r.W >= 7 {
		end := g.TextFit(r.X+2, r.Y, r.W-4, title, titleStyle)
		g.Set(r.X+1, r.Y, ' ', s)
		g.Set(end, r.Y, ' ', s)
	}
}
