// Package report judges a week: what it cost, what moved, which spikes nobody
// expects, what the organisation's growth means, which steps save how much, and
// how its incidents went. It takes values and returns values; it reads no clock,
// asks nobody, and shows nothing.
//
// [Judge] makes a [Report] of an [Input]. Days are UTC days, weeks are ISO weeks.
// Money is exact and currencies are never added to each other; statistics
// (medians, spreads, growth) are floating point and depend on the values only,
// never on their order. What is missing is named in the report, never taken for
// zero.
package report
