package incident

import "slices"

// maxNamed bounds how many people an incident knows by the names in its words.
const maxNamed = 50

// name remembers whom the words of an act mention, so that messages can show a name
// as the person. The words keep the names alone: wherever they stand, they notify
// nobody. The newest count; a name that two people have stands for neither.
func (i *Incident) name(people []User) {
	for _, u := range people {
		if u.ID == "" || u.Name == "" || slices.Contains(i.Named, u) {
			continue
		}
		others := slices.DeleteFunc(slices.Clone(i.Named), func(o User) bool { return o.Name == u.Name })
		if len(others) < len(i.Named) {
			u.ID = ""
		}
		i.Named = append(others, u)
	}
	if more := len(i.Named) - maxNamed; more > 0 {
		i.Named = slices.Clone(i.Named[more:])
	}
}
