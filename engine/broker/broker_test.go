package broker_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"duet/engine/broker"
)

// environment is what variables there are.
func environment(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestParseAddress(t *testing.T) {
	login := map[string]string{broker.UserVariable: "me", broker.PasswordVariable: "s3cret"}
	for text, c := range map[string]struct {
		vars  map[string]string
		want  broker.Address
		shown string
	}{
		"nats://localhost:4222": {nil, broker.Address{Scheme: "nats", Host: "localhost:4222"}, "nats://localhost:4222"},
		"amqp://localhost":      {login, broker.Address{Scheme: "amqp", Host: "localhost", User: "me", Password: "s3cret"}, "amqp://localhost"},
		"amqp://you:other@localhost/orders": {
			login, broker.Address{Scheme: "amqp", Host: "localhost", Path: "orders", User: "you", Password: "other"}, "amqp://localhost",
		},
		"kafka://you@[::1]:9092": {login, broker.Address{Scheme: "kafka", Host: "[::1]:9092", User: "you", Password: "s3cret"}, "kafka://[::1]:9092"},
		"amqps://you:a%40b@host": {nil, broker.Address{Scheme: "amqps", Host: "host", User: "you", Password: "a@b"}, "amqps://host"},
		"nats://token@host":      {nil, broker.Address{Scheme: "nats", Host: "host", User: "token"}, "nats://host"},
	} {
		got, err := broker.ParseAddress(text, environment(c.vars))
		if err != nil || got != c.want || got.Shown() != c.shown {
			t.Errorf("%s is %+v, shown %q, %v; want %+v", text, got, got.Shown(), err, c.want)
		}
	}
	for _, text := range []string{"", "localhost", "localhost:4222", "nats://", "nats://me:s3cret@ho st", "://me:s3cret@host", "nats://me:s3cret%zz@host"} {
		if _, err := broker.ParseAddress(text, environment(nil)); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, text := range []string{"nats://localhost:4222", "amqp://you:other@localhost/orders", "kafka://[::1]:9092", "", "://", "a://b:c%40d@e/f?g"} {
		f.Add(text, "s3cret")
	}
	f.Fuzz(func(t *testing.T, text, password string) {
		a, err := broker.ParseAddress(text, environment(map[string]string{broker.PasswordVariable: password}))
		if err != nil {
			return
		}
		if a.Scheme == "" || a.Host == "" {
			t.Errorf("%q has no scheme or no host: %+v", text, a)
		}
		if u, err := url.Parse(a.Shown()); err != nil || u.User != nil {
			t.Errorf("%q is shown as %q, %v", text, a.Shown(), err)
		}
		if text := a.HideText("x" + a.Password + "y"); len(a.Password) > 3 && !strings.Contains("x***y", a.Password) && strings.Contains(text, a.Password) {
			t.Errorf("%q is still in %q", a.Password, text)
		}
	})
}

func TestHideText(t *testing.T) {
	a := broker.Address{User: "me", Password: "p@ss wörd/1"}
	for _, secret := range []string{a.Password, url.QueryEscape(a.Password), url.PathEscape(a.Password)} {
		if got, want := a.HideText("dial "+secret+": refused"), "dial ***: refused"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if err := a.Hide(errors.New("login p@ss wörd/1 refused")); err == nil || err.Error() != "login *** refused" {
		t.Errorf("the error is %v", err)
	}
	if a.Hide(nil) != nil {
		t.Error("no error has become one")
	}
	if got := (broker.Address{}).HideText("as it is"); got != "as it is" {
		t.Errorf("without a password: %q", got)
	}
}

func TestNames(t *testing.T) {
	n := broker.Name{Run: "0a1b2c", Lane: "message", Handler: "charge_card"}
	if n.String() != "duet.0a1b2c.message.charge_card" || n.Join("-") != "duet-0a1b2c-message-charge_card" {
		t.Errorf("%s, %s", n, n.Join("-"))
	}
	for _, text := range []string{"", "duet", "duet.a.b", "duet.a.b.c.d", "other.a.b.c", "Duet.a.b.c", "duet-a-b-c"} {
		if got, ok := broker.ParseName(text, "."); ok {
			t.Errorf("%q is %+v", text, got)
		}
	}
	if a, b := broker.NewRun(), broker.NewRun(); a == b || len(a) < 8 {
		t.Errorf("two runs are called %s and %s", a, b)
	}
}

func FuzzParseName(f *testing.F) {
	for _, text := range []string{"duet.0a1b2c.message.charge", "duet...", "duet", "duet.a.b.c.dead"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := broker.ParseName(text, ".")
		if ok && n.String() != text {
			t.Errorf("%q is %+v, which is %q", text, n, n)
		}
	})
}
