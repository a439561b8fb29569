package tui

import (
	"testing"
	"time"

	"duet/engine"
)

// aged is a bench whose run has been watched for a while, a snapshot a second.
func aged(t *testing.T, from, to time.Duration) *bench {
	b := open(t, saleScenario(t))
	for at := from; at <= to; at += time.Second {
		b.run().snap.At = at
		b.run().snap.Lanes[0].Ledger.Done = int64(at / time.Second)
		b.frame()
	}
	return b
}

func TestLookBack(t *testing.T) {
	b := aged(t, 50*time.Second, 100*time.Second)
	b.wantScreen("01:40.0")
	b.press("[")
	if c := b.last(); c.Control != engine.Pause {
		t.Errorf("looking back asked %+v, want a pause", c)
	}
	b.wantScreen("01:39.0 paused", "01:39.0 depth     67", "done          99", "look around")
	b.press("left", "[")
	b.wantScreen("01:37.0 depth", "done          97")
	b.press("{", "shift+left", "right")
	b.wantScreen("01:18.0 depth", "done          78")
	for _, c := range []struct {
		key  string
		want time.Duration
	}{
		{"pgup", 18 * time.Second},
		{"pgup", 0},
		{"]", time.Second},
		{"home", 0},
		{"pgdown", minute},
		{"end", 100 * time.Second},
		{"}", 100 * time.Second},
		{"home", 0},
	} {
		b.press(c.key)
		if got := b.m.scene.cursor.at; got != c.want {
			t.Errorf("%s: the cursor is at %v, want %v", c.key, got, c.want)
		}
	}
	b.wantScreen("00:00.0 depth")
	b.press("esc")
	b.wantScreen("01:40.0 paused", "done         100")
	b.wantNoScreen("look around")
	n := len(b.run().asked())
	b.press("]", "space")
	if all := b.run().asked(); len(all) != n+1 || all[n].Control != engine.Resume {
		t.Errorf("going on asked %+v", all[n:])
	}
	if b.m.scene.cursor.on {
		t.Error("the cursor is still there")
	}
}

// What is changed while looking back is changed now, and what was changed then
// is told.
func TestChangesWhileLookingBack(t *testing.T) {
	b := aged(t, 1*time.Second, 20*time.Second)
	b.press("+")
	b.run().snap.At = 40 * time.Second
	b.frame()
	b.press("{", "{")
	b.wantScreen("00:20.0   load.rate 130/s, by key", "◂130/s▸")
	b.press("+")
	b.wantSetting("load.rate", "140/s")
	b.wantScreen("◂140/s▸")
	if !b.m.scene.cursor.on || b.m.scene.cursor.at != 20*time.Second {
		t.Errorf("the cursor is at %v", b.m.scene.cursor)
	}
}
