package size_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/size"
)

func TestTarget(t *testing.T) {
	for _, c := range []struct {
		text, metric string
		kind         engine.ParamKind
		limit        float64
	}{
		{"p99<200ms", "latency.p99", engine.KindDuration, 0.2},
		{"latency_p99<=1s", "latency.p99", engine.KindDuration, 1},
		{"latency.p999 < 1m30s", "latency.p999", engine.KindDuration, 90},
		{"mean<20ms", "latency.mean", engine.KindDuration, 0.02},
		{"wait_mean<10ms", "wait.mean", engine.KindDuration, 0.01},
		{"wait.p50<500us", "wait.p50", engine.KindDuration, 0.0005},
		{"loss<0.1%", "loss", engine.KindShare, 0.001},
		{"utilisation<80%", "utilisation", engine.KindShare, 0.8},
	} {
		target, err := size.ParseTarget(c.text)
		if err != nil || target.Metric != c.metric || target.Kind != c.kind || math.Abs(target.Limit-c.limit) > 1e-15 || target.Text != c.text {
			t.Errorf("%q is %+v, %v", c.text, target, err)
		}
	}
}

func TestWrongTarget(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"", `"": a figure, < and a limit are needed, such as p99<200ms or loss<0.1%`},
		{"p99", `a figure, < and a limit are needed`},
		{"p99<", `a figure, < and a limit are needed`},
		{"<200ms", `a figure, < and a limit are needed`},
		{"p99>200ms", `a figure, < and a limit are needed`},
		{"p98<200ms", `"p98<200ms": there is no target "p98"; there are mean, p50, p90, p95, p99 and p999 (of the latency), wait_mean, `},
		{"wait<20ms", `there is no target "wait"`},
		{"service_mean<20ms", `there is no target "service_mean"`},
		{"p99<200", `"p99<200": a unit is missing; write 200ms or 200s`},
		{"p99<fast", `a duration such as 20ms`},
		{"p99<0s", `a duration above 0s is needed`},
		{"p99<-1s", `a duration above 0s is needed`},
		{"loss<1", `a unit is missing; write 1%`},
		{"loss<0%", `a share above 0% and up to 100% is needed`},
		{"loss<101%", `a share above 0% and up to 100% is needed`},
		{"loss<10ms", `a share such as 1%`},
		{"p99<1%", `a duration such as 20ms`},
	} {
		if _, err := size.ParseTarget(c.text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, want %s", c.text, err, c.says)
		}
	}
}

func TestService(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"exponential:40ms", "dist=exponential mean=40ms"},
		{"lognormal:1.5s,cv=2", "dist=lognormal mean=1.5s cv=2"},
		{"bimodal:40ms,share=5%,factor=20", "dist=bimodal mean=40ms share=5% factor=20"},
		{"times.csv", "dist=empirical file=times.csv"},
		{"./times,column=took,scale=1ms", "dist=empirical file=./times column=took scale=1ms"},
		{`C:\times.csv`, `dist=empirical file=C:\times.csv`},
	} {
		fields, err := size.ParseService(c.text)
		var got []string
		for _, f := range fields {
			got = append(got, f[0]+"="+f[1])
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%q is %v, %v; want %s", c.text, got, err, c.want)
		}
	}
}

// files are what services name.
func files(name string) ([]byte, error) {
	if name != "times.csv" {
		return nil, errors.New("there is no such file")
	}
	return []byte("key,took\na,10\nb,20\nc,60\n"), nil
}

func TestQuestionsThatMakeNoSense(t *testing.T) {
	p99 := []string{"p99<10s"}
	for _, c := range []struct {
		rate    engine.Rate
		service string
		targets []string
		says    string
	}{
		{0, "exponential:40ms", p99, "a rate above 0/s and up to 1000000/s is needed"},
		{2e6, "exponential:40ms", p99, "a rate above 0/s"},
		{engine.Rate(math.NaN()), "exponential:40ms", p99, "a rate above 0/s"},
		{1, "exponential:40ms", nil, "there is no target; name one, such as p99<200ms"},
		{1, "exponential:40ms", []string{"p99<1s", "latency_p99<2s"}, `"latency_p99<2s": there are two targets for this figure`},
		{1, "", p99, `service "": a distribution with its mean, such as exponential:40ms or lognormal:40ms,cv=2, or a file of measured times is needed`},
		{1, "40ms", p99, `a distribution with its mean`},
		{1, "exponential", p99, `service "exponential": the mean is missing, such as exponential:40ms; a file is named with its path or extension`},
		{1, "exponential:", p99, `mean is "": a duration such as 20ms`},
		{1, "exponential:40", p99, `mean is 40: a unit is missing; write 40ms or 40s`},
		{1, "exponential:0s", p99, `a mean of 1µs or more is needed`},
		{1, "exponential:2h", p99, `mean is "2h": a duration from 0s to 1h is needed`},
		{1, "gama:40ms", p99, `dist is "gama": `},
		{1, "trace:40ms", p99, `dist is trace: load.trace has to name its service column`},
		{1, "lognormal:40ms,cw=2", p99, `unknown field "cw": did you mean cv?`},
		{1, "lognormal:40ms,cv", p99, `"cv": after a comma a setting and its value are needed, such as cv=2`},
		{1, "lognormal:40ms,cv=", p99, `"cv=": after a comma`},
		{1, "lognormal:40ms,cv=2,cv=3", p99, `cv is given twice`},
		{1, "lognormal:40ms,cv=200", p99, `cv is 200: a number from 0 to 100 is needed`},
		{1, "lognormal:40ms,mean=1s", p99, `mean is given twice`},
		{1, `lognormal:40ms,cv="}]`, p99, `cv is "`},
		{1, "none.csv", p99, `service "none.csv": `},
		{1, "times.csv", p99, `has 2 columns, and service.column has to name one of them: key, took`},
		{1, "times.csv,column=took", p99, `which has no unit`},
		{120, "exponential:40ms", []string{"p99<150ms"}, `"p99<150ms" cannot be held, whatever the workers: the work alone has a p99 of 184ms`},
		{120, "constant:40ms", []string{"mean<40ms"}, `the work alone has a mean of 40ms`},
		{120, "times.csv,column=took,scale=1ms", []string{"p99<50ms"}, `the work alone has a p99 of 60ms`},
	} {
		var targets []size.Target
		for _, text := range c.targets {
			target, err := size.ParseTarget(text)
			if err != nil {
				t.Fatal(err)
			}
			targets = append(targets, target)
		}
		_, err := size.NewQuestion(c.rate, c.service, targets, 1, files)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, %q, %v: %v, want %s", c.rate, c.service, c.targets, err, c.says)
		}
	}
}

// TestMeasuredTimes: three of them, none of which is waited for by many.
func TestMeasuredTimes(t *testing.T) {
	target, err := size.ParseTarget("mean<40ms")
	if err != nil {
		t.Fatal(err)
	}
	q, err := size.NewQuestion(30, "times.csv,column=took,scale=1ms", []size.Target{target}, 1, files)
	if err != nil {
		t.Fatal(err)
	}
	if mean, scv := q.Work(); math.Abs(mean-0.03) > 1e-9 || math.Abs(scv-14.0/27) > 1e-6 {
		t.Errorf("a mean of %v s and a squared coefficient of variation of %v, want 0.03 and 14/27", mean, scv)
	}
	a := answer(t, q, size.Message)
	if *a.Workers != 2 || a.Checks[0].Verdict != size.Holds || math.Abs(float64(a.Checks[0].Mean/a.Checks[0].Theory)-1) > 0.1 {
		t.Errorf("%d workers, %+v; want 2", *a.Workers, a.Checks[0])
	}
}

func FuzzTarget(f *testing.F) {
	for _, text := range []string{"p99<200ms", "loss<0.1%", "wait_mean<=10ms", "utilisation<80%", "latency.p50 < 1s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := size.ParseTarget(text)
		if err != nil {
			if strings.Count(err.Error(), "\n") > 0 {
				t.Errorf("%q: %q is more than a line", text, err)
			}
			return
		}
		if !(target.Limit > 0) || math.IsInf(target.Limit, 0) || target.Metric == "" || target.Kind == engine.KindShare && target.Limit > 1 {
			t.Errorf("%q is %+v", text, target)
		}
	})
}

// FuzzService: whatever is written, a scenario is made of it or a sentence.
func FuzzService(f *testing.F) {
	for _, text := range []string{
		"exponential:40ms", "lognormal:40ms,cv=2", "bimodal:1s,share=5%,factor=20", "times.csv,column=took,scale=1ms", `a:"},{`, "pareto:1ms,shape=1.5", "constant:1ns",
	} {
		f.Add(text)
	}
	target, err := size.ParseTarget("p50<1h")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := size.NewQuestion(10, text, []size.Target{target}, 1, files)
		if err != nil {
			if strings.Count(err.Error(), "\n") > 0 {
				t.Errorf("%q: %q is more than a line", text, err)
			}
			return
		}
		fields, err := size.ParseService(text)
		if err != nil || !slices.ContainsFunc(fields, func(f [2]string) bool { return f[0] == "dist" }) {
			t.Errorf("%q: %v, %v", text, fields, err)
		}
		if mean, scv := q.Work(); !(mean > 0) || math.IsNaN(scv) {
			t.Errorf("%q takes %v s, squared coefficient of variation %v", text, mean, scv)
		}
	})
}
