package importer

import (
	"net/url"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/signalbook/signalbook/playbooks"
)

// takeLinks takes the links out of lists of bare links: they are links of the
// playbook, as long as it has room. Those into the same wiki stay as text.
func (r *runbook) takeLinks(blocks []ast.Node) []ast.Node {
	return slices.DeleteFunc(blocks, func(n ast.Node) bool {
		list, ok := n.(*ast.List)
		if !ok || !r.allLinks(list) {
			return false
		}
		for _, li := range children(list) {
			l, _ := r.bareLink(li)
			have := slices.Contains(r.draft.links, l)
			if _, web := address(l.url); !web || !have && len(r.draft.links) == playbooks.MaxLinks {
				continue
			}
			if !have {
				r.draft.links = append(r.draft.links, l)
			}
			list.RemoveChild(list, li)
		}
		return list.ChildCount() == 0
	})
}

// allLinks tells whether a list holds nothing but bare links.
func (r *runbook) allLinks(list *ast.List) bool {
	for li := list.FirstChild(); li != nil; li = li.NextSibling() {
		if _, ok := r.bareLink(li); !ok {
			return false
		}
	}
	return true
}

// address is a link's address as a playbook may hold it: the check asks for the same.
func address(raw string) (safe string, ok bool) {
	safe = linkSafe.Replace(raw)
	u, err := url.Parse(safe)
	return safe, err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(safe) <= playbooks.MaxURL
}

// bareLink reads an item that is nothing but a link, perhaps after
// a label: "Logs: https://logs.example".
func (r *runbook) bareLink(li ast.Node) (link, bool) {
	if li.ChildCount() != 1 || box(li) != nil {
		return link{}, false
	}
	var l link
	said := ""
	for n := li.FirstChild().FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Link:
			if l.url != "" || len(n.Title) > 0 {
				return link{}, false
			}
			l = link{r.plain(n), r.unescape(n.Destination, false)}
		case *ast.AutoLink:
			if l.url != "" {
				return link{}, false
			}
			l = link{string(n.Label(r.src)), string(n.URL(r.src))}
		case *ast.Text:
			text := strings.TrimSpace(string(n.Value(r.src)))
			if l.url != "" && strings.Trim(text, ".,;") != "" {
				return link{}, false
			}
			if l.url == "" {
				said += string(n.Value(r.src))
			}
		default:
			return link{}, false
		}
	}
	if said = strings.TrimSpace(said); said != "" {
		label, ok := strings.CutSuffix(said, ":")
		if !ok || len(label) > 60 {
			return link{}, false
		}
		if l.title == l.url {
			l.title = label
		} else {
			l.title = label + ": " + l.title
		}
	}
	return l, l.url != "" && len(l.title) <= playbooks.MaxTitle
}
