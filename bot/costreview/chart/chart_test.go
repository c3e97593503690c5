package chart

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

var look = flag.String("look", "", "a folder to write the pictures to, for eyes")

var monday = money.WeekOf(money.DayOf(time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)))

// weeks is a chart of whole weeks that end with the one of 16 November 2026.
func weeks(currency string, series []string, values ...[]float64) report.CurrencyReport {
	m := report.CurrencyReport{Currency: currency, Until: monday.Add(1).Monday() - 1, Column: "EffectiveCost", Chart: report.Chart{Series: series}}
	for k, v := range values {
		m.Chart.Weeks = append(m.Chart.Weeks, report.ChartWeek{Week: monday.Add(k - len(values) + 1), Values: v, Days: 7})
	}
	return m
}

func rich() report.CurrencyReport {
	m := weeks("USD", []string{"Amazon Elastic Compute Cloud", "Amazon CloudFront", "Amazon RDS", "Azure Kubernetes Service", "Amazon S3", "other"},
		[]float64{17200, 6100, 7300, 5200, 3100, 5400},
		[]float64{17500, 6200, 7350, 5300, 3150, 5350},
		[]float64{17400, 6250, 7500, 5150, 3200, 5600},
		[]float64{18100, 6300, 7450, 5500, 3220, 5500},
		[]float64{13300, 4600, 5400, 3900, 2300, 4000},
		[]float64{18700, 6500, 7800, 5600, 3330, 5800},
		[]float64{19100, 6550, 7900, 5800, 3400, 5750},
		[]float64{19400, 6600, 8100, 5900, 3450, 5900})
	m.Chart.Weeks[4].Days = 5
	m.Chart.Weeks[2].Above = 1900
	m.Chart.Weeks[7].Above = 5500
	return m
}

// unfinishedWeek is a chart whose newest week has five days, on which it cost as much as
// ever.
func unfinishedWeek() report.CurrencyReport {
	m := rich()
	for k := range m.Chart.Weeks {
		w := &m.Chart.Weeks[k]
		for _, v := range w.Values {
			w.Same += v * 5 / 7
		}
	}
	newest := &m.Chart.Weeks[7]
	newest.Days, newest.Same, newest.Over = 5, 0, []float64{0, 4000, 1500, 0, 0, 0}
	for i := range newest.Values {
		newest.Values[i] *= 5. / 7
	}
	m.Until -= 2
	m.Chart.Weeks[4].Same = 0 // it lacks some of the weekdays
	return m
}

// pictures are the charts that the tests draw, by name.
func pictures() map[string]report.CurrencyReport {
	negative := weeks("EUR", []string{"Virtual Machines", "Refunds", "other"},
		[]float64{700, -200, 50}, []float64{650, -900, 40}, []float64{720, 0, -10}, []float64{710, -100, 55})
	two := weeks("CHF", []string{"Compute Engine", "BigQuery"}, []float64{1200, 300}, []float64{0, 0}, []float64{1250, 310})
	two.Chart.Weeks[1].Days, two.Partial = 0, true
	hostile := weeks("<!channel> *bold* tokens, many of them", []string{strings.Repeat("A very long name ", 12), "計算サービス", "שירות", "<!channel> @here *bold* 🎉", "\u202eevil\x00\n\n", ""},
		[]float64{10, 9, 8, 7, 6, 5}, []float64{10, math.NaN(), math.Inf(1), 7})
	hostile.Chart.Weeks[1].Above = 4
	tiny := weeks("USD", []string{"EC2", "AKS"}, []float64{0.0000123, 0.000004}, []float64{0.00002, 0.0000051})
	huge := weeks("JPY", []string{"Compute", "other"}, []float64{1.2e14, 3e13}, []float64{1.4e14, 3.1e13})
	huge.Chart.Weeks[1].Above = 2e13
	unfinished := unfinishedWeek()
	none := rich()
	none.Chart = report.Chart{}
	one := weeks("USD", []string{"Amazon EC2"}, []float64{52010})
	one.Chart.Weeks[0].Days, one.Chart.Weeks[0].Above = 6, 5500
	many := weeks("USD", []string{"a", "b", "c", "d", "e", "f", "g", "h"}, []float64{8, 7, 6, 5, 4, 3, 2, 1})
	return map[string]report.CurrencyReport{
		"rich": rich(), "unfinished": unfinished, "negative": negative, "two": two, "hostile": hostile, "tiny": tiny, "huge": huge, "none": none, "one": one, "many": many,
		"zero":  weeks("USD", []string{"EC2"}, []float64{0}, []float64{0}),
		"empty": {}, "tokens": weeks("DBU credits", []string{"Databricks", "other"}, []float64{12000, 800}, []float64{12500, 900}),
	}
}

func draw1(t testing.TB, m report.CurrencyReport) []byte {
	t.Helper()
	data, err := PNG(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// drawn is the picture to look at.
func drawn(t *testing.T, m report.CurrencyReport) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(draw1(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// shows reports whether a pixel has a colour.
func shows(img image.Image, x, y int, c color.Color) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	cr, cg, cb, _ := c.RGBA()
	return r == cr && g == cg && b == cb
}

func TestEveryPictureIsWhole(t *testing.T) {
	for name, m := range pictures() {
		data := draw1(t, m)
		if (name == "rich" || name == "hostile") && !bytes.Equal(data, draw1(t, m)) {
			t.Errorf("%s: drawn twice, differs", name)
		}
		if *look != "" {
			if err := os.WriteFile(filepath.Join(*look, name+".png"), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b := img.Bounds(); b.Dx() != Width || b.Dy() != Height {
			t.Errorf("%s: got %v, want %d × %d", name, b, Width, Height)
		}
		if len(data) > 150_000 {
			t.Errorf("%s: %d bytes", name, len(data))
		}
		if x, y, ok := drawnAtTheEdge(img); ok {
			t.Errorf("%s: something is drawn at %d, %d: it is cut off", name, x, y)
		}
	}
}

// drawnAtTheEdge finds ink in the border of 8 pixels that stays white when nothing
// is cut off.
func drawnAtTheEdge(img image.Image) (x, y int, found bool) {
	const edge = 8
	for y := range Height {
		for x := 0; x < Width; x++ {
			if x == edge && y >= edge && y < Height-edge {
				x = Width - edge
			}
			if r, g, b, _ := img.At(x, y).RGBA(); r+g+b != 3*0xffff {
				return x, y, true
			}
		}
	}
	return 0, 0, false
}

// TestBarsHaveTheHeightOfTheirAmounts measures pixels: a bar of 300 is three
// times as high as one of 100, and what is above expected is red.
func TestBarsHaveTheHeightOfTheirAmounts(t *testing.T) {
	m := weeks("USD", []string{"EC2"}, []float64{100}, []float64{300}, []float64{200}, []float64{50})
	m.Chart.Weeks[2].Above = 100
	m.Chart.Weeks[3].Days = 3
	img := drawn(t, m)
	// columns counts the pixels of each colour from the axis up, in the middle of each bar.
	counts := map[string][]int{}
	same := func(x, y int, c color.Color) bool { return shows(img, x, y, c) }
	inside := false
	for x := range Width - legendWidth - 20 {
		bar := same(x, Height-plotBottom-10, palette[0]) || same(x, Height-plotBottom-10, pale(palette[0]))
		if bar && !inside { // 20 pixels inside the bar's left edge
			blue, red, light := 0, 0, 0
			for y := range Height {
				switch at := x + 20; {
				case same(at, y, palette[0]):
					blue++
				case same(at, y, alarm):
					red++
				case same(at, y, pale(palette[0])):
					light++
				}
			}
			counts["blue"], counts["red"], counts["light"] = append(counts["blue"], blue), append(counts["red"], red), append(counts["light"], light)
		}
		inside = bar
	}
	if len(counts["blue"]) != 4 {
		t.Fatalf("found %d bars, want 4", len(counts["blue"]))
	}
	unit := float64(counts["blue"][1]) / 300
	for k, want := range []float64{100, 300, 200, 0} {
		if got := float64(counts["blue"][k]); math.Abs(got-want*unit) > 4 {
			t.Errorf("bar %d is %v pixels high, want %v", k, got, want*unit)
		}
	}
	if got := float64(counts["light"][3]); math.Abs(got-50*unit) > 4 {
		t.Errorf("a week of 3 days is %v pixels of a pale colour, want %v", got, 50*unit)
	}
	for k, want := range []bool{false, false, true, false} {
		if got := counts["red"][k] > 10; got != want {
			t.Errorf("bar %d has %d red pixels above it", k, counts["red"][k])
		}
	}
}

func TestLabels(t *testing.T) {
	th, err := newTheme()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Amazon S3": "Amazon S3", "Größe Ω Москва": "Größe Ω Москва", "計算": "service 1", "שירות": "service 1", "خدمة": "service 1",
		"🎉": "service 1", "party 🎉": "party", "AWS 計": "AWS", "": "service 1", "---": "service 1", "\x00\u202eevil": "evil",
	} {
		s := sheet{theme: th, figures: figures{names: []string{money.OneLine(name)}}}
		if got := s.label(0); got != want {
			t.Errorf("label of %q: got %q, want %q", name, got, want)
		}
	}
}

func TestAlt(t *testing.T) {
	want := "Bar chart of usage by service in USD, weeks of 28 Sep 2026 to 16 Nov 2026, data to 22 Nov 2026. " +
		"Week of 16 Nov: $5.5k above expected, hatched in red, Amazon Elastic Compute Cloud $19.4k, Amazon CloudFront $6.6k, Amazon RDS $8.1k, Azure Kubernetes Service $5.9k, Amazon S3 $3.45k, other $5.9k. " +
		"Totals: 28 Sep $44.3k; 5 Oct $44.9k; 12 Oct $47k, $1.9k of it above expected; 19 Oct $46.1k; 26 Oct $33.5k of 5 days; 2 Nov $47.7k; 9 Nov $48.5k; 16 Nov $54.9k, $5.5k of it above expected."
	if got := Alt(report.Report{Money: []report.CurrencyReport{rich(), {Currency: "EUR"}}}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for name, m := range pictures() {
		got := Alt(report.Report{Money: []report.CurrencyReport{m}})
		if n := len([]rune(got)); n == 0 || n > maxAlt || strings.ContainsAny(got, "\n\x00\u202e") {
			t.Errorf("%s: %d characters: %s", name, n, got)
		}
	}
	if got := Alt(report.Report{}); got == "" {
		t.Error("nothing is said of an empty report")
	}
	if got := textutil.CutUnits(strings.Repeat("🎉", 501), maxAlt); len([]rune(got)) != 500 || !strings.HasSuffix(got, "…") {
		t.Errorf("501 signs of two units became %d", len([]rune(got)))
	}
	if got := textutil.CutUnits(strings.Repeat("🎉", 500), maxAlt); len([]rune(got)) != 500 || strings.HasSuffix(got, "…") {
		t.Errorf("500 signs of two units were cut to %d", len([]rune(got)))
	}
}

// TestNoAmountStopsThePicture: any bits as amounts, any number of weeks and days.
func TestNoAmountStopsThePicture(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	amount := func() float64 { return math.Float64frombits(random.Uint64()) }
	for range 12 {
		values := make([][]float64, random.IntN(20))
		for k := range values {
			values[k] = []float64{amount(), amount()}
		}
		m := weeks("USD", []string{"EC2", "other"}, values...)
		for k := range m.Chart.Weeks {
			m.Chart.Weeks[k].Days, m.Chart.Weeks[k].Above = random.IntN(9)-1, amount()
		}
		draw1(t, m)
		Alt(report.Report{Money: []report.CurrencyReport{m}})
	}
}

func BenchmarkPNG(b *testing.B) {
	m := rich()
	for b.Loop() {
		draw1(b, m)
	}
}
