package playbooks_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/playbooks"
)

func TestMatchers(t *testing.T) {
	labels := map[string]string{"alertname": "HighCPU", "tier": "database", "größe": "XL", "service.name": "zahlung", `with"quote`: `v"al\ue`, "🔥": "ja", "a b": "c"}
	for in, want := range map[string]bool{
		`alertname=HighCPU`:                       true,
		`{alertname="HighCPU",tier="database"}`:   true,
		`alertname="HighCPU", tier="web"`:         false,
		`alertname=~"Low|High.*"`:                 true,
		`alertname=~"High"`:                       false, // anchored
		`alertname!~"High.*"`:                     false,
		`team=""`:                                 true, // absent is empty
		`team!=""`:                                false,
		`engine=~"postgres.*|"`:                   true,
		`engine!="mysql"`:                         true,
		`größe="XL"`:                              true,
		`service.name=zahlung`:                    true,
		`"with\"quote"="v\"al\\ue"`:               true,
		`🔥=~".+"`:                                 true,
		`"a b"="c"`:                               true,
		`alertname=~"(?i)highcpu"`:                true,
		`alertname="HighCPU",`:                    true,
		strings.Repeat(`tier="database",`, 100):   true,
		`alertname="HighCPU",größe!="XL"`:         false,
		`alertname=~".*",tier=~".+",team=~"x|y|"`: true,
	} {
		ms, err := playbooks.ParseMatchers(in)
		if err != nil {
			t.Errorf("matchers %s: got error %v", in, err)
			continue
		}
		if got := ms.Match(labels); got != want {
			t.Errorf("match %s: got %v, want %v", in, got, want)
		}
		again, err := playbooks.ParseMatchers(ms.String())
		if err != nil || again.String() != ms.String() {
			t.Errorf("canonical form of %s: got %s (error %v), want %s again", in, again, err, ms)
		}
	}
}

func TestMatchersRefuse(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "an empty matcher",
		"  ":                                 "an empty matcher",
		"{}":                                 "an empty matcher",
		"alertname":                          "expected an operator",
		"a=b c=d":                            "expected a comma",
		"a==b":                               "unexpected =",
		"{a=b":                               "expected close brace",
		"a=b}":                               "expected opening brace",
		`a=~"("`:                             "missing closing )",
		`a="b`:                               "missing end",
		"a=\xff":                             "not valid UTF-8",
		`a=~"(x{100}){100}"`:                 "invalid repeat count",
		`a=~"(?:xxxxxxxxxxx){900}"`:          "too large",
		`"=~\""=x,b=~"(?:yyyyyyyyyyy){900}"`: "too large",
		`a!~"(\\pL|\\pN){999}"`:              "too large",
		"a=" + strings.Repeat("b", 2000):     "more than 2000",
	} {
		ms, err := playbooks.ParseMatchers(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("matchers %.60q: got %v (error %v), want an error with %q", in, ms, err, want)
		}
	}
}

func FuzzMatchers(f *testing.F) {
	for _, s := range []string{`alertname=~"A|B",tier!="x"`, `{"größe"="XL"}`, `a=~"(?i)x{3,}"`, `"a\"b"!~'`, "a=b,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ms, err := playbooks.ParseMatchers(s)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a text")
			}
			return
		}
		if len(ms) == 0 {
			t.Error("no matchers and no error")
		}
		ms.Match(nil)
		ms.Match(map[string]string{ms[0].Name: ms[0].Value})
	})
}
