package problem

import (
	"slices"
	"strconv"
	"strings"
)

// maxListed bounds how many names a message lists.
const maxListed = 12

// Suggest ends a message about a name that does not exist: with the one that was probably meant, or with all that
// exist. It starts with a space, or is empty where nothing exists. The likely ones, where they are given, are those
// that can be meant: a name that is given already is not.
func Suggest(name string, known []string, likely ...string) string {
	if likely == nil {
		likely = known
	}
	if near := Nearest(name, likely); near != "" {
		return " " + DidYouMean(near)
	}
	if len(known) == 0 {
		return ""
	}
	return " There is " + Quoted(known) + "."
}

// DidYouMean is how every message suggests what to write instead.
func DidYouMean(names ...string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = strconv.Quote(n)
	}
	return "Did you mean " + strings.Join(quoted, " or ") + "?"
}

// Quoted lists names.
func Quoted(names []string) string {
	quoted := make([]string, min(len(names), maxListed))
	for i := range quoted {
		quoted[i] = strconv.Quote(names[i])
	}
	list := strings.Join(quoted, ", ")
	if more := len(names) - len(quoted); more > 0 {
		list += " and " + strconv.Itoa(more) + " more"
	}
	return list
}

// Nearest returns the candidate that takes the fewest edits to make of a name, if they are few enough to be a slip;
// empty if there is none. Of equals it takes the first in order.
func Nearest(name string, candidates []string) string {
	best, limit := "", 3
	if len(name) <= 4 {
		limit = min(2, len(name))
	}
	folded := strings.ToLower(name)
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := Distance(folded, strings.ToLower(c), limit); d < limit {
			best, limit = c, d
		}
	}
	return best
}

// Distance is the number of characters to insert, remove, replace or swap with the next one to make b of a, or limit if
// it is not below that.
func Distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > 128 {
		return limit
	}
	var before []int // the row before the last one
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := last[j-1]
			if a[i-1] != b[j-1] {
				cost = 1 + min(cost, last[j], row[j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cost = min(cost, before[j-2]+1)
			}
			row[j] = cost
		}
		before, last = last, row
	}
	return min(last[len(b)], limit)
}
