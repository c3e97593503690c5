package money

import (
	"maps"
	"slices"
	"strings"
)

// Filter says which charges count: each name with the value that a charge has to
// have. One without names lets everything through.
type Filter map[string]string

// filterNames are what can be filtered by: FOCUS' columns, and what people call them.
var filterNames = map[string]func(Group) string{
	"provider": func(g Group) string { return g.Provider }, "providername": func(g Group) string { return g.Provider },
	"service": func(g Group) string { return g.Service }, "servicename": func(g Group) string { return g.Service },
	"category": func(g Group) string { return g.Category }, "servicecategory": func(g Group) string { return g.Category },
	"account": func(g Group) string { return g.Account }, "subaccountid": func(g Group) string { return g.Account },
	"team": func(g Group) string { return g.Team },
}

// FilterNames are the names that a filter knows, as people write them.
func FilterNames() []string {
	return []string{"provider", "service", "category", "account", "team", "ProviderName", "ServiceName", "ServiceCategory", "SubAccountId"}
}

// Filters reports whether charges can be filtered by a name.
func Filters(name string) bool { return filterNames[strings.ToLower(name)] != nil }

// Names reports whether the filter asks for a name; capital letters make no difference.
func (f Filter) Names(name string) bool {
	for own := range f {
		if strings.EqualFold(own, name) {
			return true
		}
	}
	return false
}

// Matches reports whether a charge counts; capital letters make no difference.
func (f Filter) Matches(g Group) bool {
	for name, want := range f {
		of := filterNames[strings.ToLower(name)]
		if of == nil || !strings.EqualFold(of(g), want) {
			return false
		}
	}
	return true
}

// String is the filter in words: "service EC2, account 123".
func (f Filter) String() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		all = append(all, name+" "+f[name])
	}
	return strings.Join(all, ", ")
}

// asks reports whether one of a filter's names is the one ("provider", "service"), as
// people or FOCUS write it.
func asks(own, name string) bool {
	return strings.EqualFold(own, name) || strings.EqualFold(own, name+"name")
}

// Asks reports whether the filter asks for a value of a name, or for none of it.
func (f Filter) Asks(name, value string) bool {
	for own, want := range f {
		if asks(own, name) && !strings.EqualFold(want, value) {
			return false
		}
	}
	return true
}

// Renamed is the filter that asks for another value of a name ("provider", "service")
// where it asks for a certain one.
func (f Filter) Renamed(name, from, to string) Filter {
	renamed := maps.Clone(f)
	for own, want := range f {
		if asks(own, name) && strings.EqualFold(want, from) {
			renamed[own] = to
		}
	}
	return renamed
}
