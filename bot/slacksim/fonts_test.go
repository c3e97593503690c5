//go:build !race

package slacksim_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
)

// TestPageNamesNoFontOfTheMachine but for emoji: it looks the same on all.
func TestPageNamesNoFontOfTheMachine(t *testing.T) {
	_, _, page := startPage(t, slacksim.Options{})
	sheet, _ := page.get("/assets/slack.css")
	for _, named := range regexp.MustCompile(`"[A-Z][^"]*"`).FindAllString(sheet, -1) {
		if named != `"Page Sans"` && named != `"Page Mono"` && !strings.Contains(named, "Emoji") {
			t.Errorf("the page asks the machine for the font %s", named)
		}
	}
	sources := regexp.MustCompile(`url\((/[^)]+)\)`).FindAllStringSubmatch(sheet, -1)
	if len(sources) != 3 {
		t.Errorf("got the fonts %q, want three", sources)
	}
	for _, source := range sources {
		font, header := page.get(source[1])
		if !bytes.HasPrefix([]byte(font), []byte{0, 1, 0, 0}) || header.Get("Content-Type") != "font/ttf" {
			t.Errorf("%s is no TrueType font: %s, %d bytes", source[1], header.Get("Content-Type"), len(font))
		}
	}
}

// TestDigitsOnAMachineWithOnlyAnEmojiFont come from a font with letters.
func TestDigitsOnAMachineWithOnlyAnEmojiFont(t *testing.T) {
	// Debian's fonts-noto-color-emoji; a machine without it has nothing to be taken for text.
	emoji, err := exec.Command("fc-match", "--format=%{file}", "Noto Color Emoji").Output()
	if err != nil {
		t.Fatalf("ask for the emoji font: %v", err)
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "fonts.conf")
	text, err := os.ReadFile(string(emoji))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{filepath.Join(dir, "emoji.ttf"): text, conf: fmt.Appendf(nil, `<?xml version="1.0"?><fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>`, dir, dir)} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, api, page := startPage(t, slacksim.Options{})
	mustPost(t, api, "incidents", slack.MsgOptionText("CPU is at *97 %* of 4 cores, `kubectl get pods -n 5`\n```max_connections = 100```", false))
	b := openTab(t, page.url+"/?user=anna&channel=incidents", "FONTCONFIG_FILE="+conf)
	b.gives(`[...document.fonts].map((f) => f.status).join()`, "loaded,loaded,loaded")
	for _, selector := range []string{"#channel-name", "#messages .author", "#messages .b", "#messages code", "#messages .pre", "#messages .at"} {
		fonts := b.fonts(selector)
		if len(fonts) == 0 || strings.Contains(strings.Join(fonts, ", "), "Emoji") {
			t.Errorf("%s is written in %q", selector, fonts)
		}
	}
}

// fonts are the names of those that an element's text is drawn with.
func (b tab) fonts(selector string) (names []string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 3*patience)
	defer cancel()
	used, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) ([]*css.PlatformFontUsage, error) {
		if _, err := cdp.Call(ctx, t, dom.Enable, dom.EnableParams{}); err != nil {
			return nil, err
		}
		if _, err := cdp.Call(ctx, t, css.Enable, struct{}{}); err != nil {
			return nil, err
		}
		root, err := cdp.Call(ctx, t, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return nil, err
		}
		node, err := cdp.Call(ctx, t, dom.QuerySelector, dom.QuerySelectorParams{NodeID: root.Root.NodeID, Selector: selector})
		if err != nil {
			return nil, err
		}
		used, err := cdp.Call(ctx, t, css.GetPlatformFontsForNode, css.GetPlatformFontsForNodeParams{NodeID: node.NodeID})
		return used.Fonts, err
	})
	if err != nil {
		b.t.Fatalf("in the browser: %v", err)
	}
	for _, f := range used {
		names = append(names, f.FamilyName)
	}
	return names
}
