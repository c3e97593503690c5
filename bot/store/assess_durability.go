package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The levels of durability, the best first; with replicas it is replicated(n).
const (
	levelAlways   = "fsync-always"
	levelEverysec = "everysec"
	levelNone     = "NONE"
)

// assessDurability says what a write is worth that those nodes confirmed.
func assessDurability(primaries, replicas []node, wait int) Durability {
	d := Durability{Level: levelAlways}
	for _, n := range primaries {
		if n.err != nil {
			d.Warnings = append(d.Warnings, n.say("it does not answer: "+n.err.Error()))
			continue
		}
		level := d.primary(n, wait)
		if rank(level) > rank(d.Level) {
			d.Level = level
		}
		d.replication(n, wait)
	}
	for _, n := range replicas {
		for _, why := range n.forgets() {
			d.Warnings = append(d.Warnings, fmt.Sprintf("the replica at %s would forget once it is the primary: %s", n.address, why))
		}
		if sentence := skewed(n.skew); sentence != "" {
			d.Warnings = append(d.Warnings, fmt.Sprintf("the replica at %s, which may be the primary one day: %s", n.address, sentence))
		}
	}
	if wait > 0 && len(d.Forgets) == 0 {
		d.Level = fmt.Sprintf("replicated(%d)", wait)
	}
	return d
}

func rank(level string) int {
	return slices.Index([]string{levelAlways, levelEverysec, levelNone}, level)
}

// say puts the node's address before a sentence when there are several.
func (n node) say(sentence string) string {
	if n.address == "" {
		return sentence
	}
	return n.address + ": " + sentence
}

// forgets are the reasons for which a node can lose what it confirmed.
func (n node) forgets() []string {
	var why []string
	if n.info["aof_enabled"] != "1" {
		why = append(why, "its append-only file is off, so a crash loses minutes: run `redis-cli config set appendonly yes` and put `appendonly yes` into redis.conf")
	}
	if policy := n.info["maxmemory_policy"]; policy != "" && policy != noEviction {
		why = append(why, fmt.Sprintf("its policy %q evicts keys when memory is short: run `redis-cli config set maxmemory-policy noeviction` and put `maxmemory-policy noeviction` into redis.conf", policy))
	}
	return why
}

// noEviction is the maxmemory-policy of a Redis that refuses what it has no room for, and keeps the rest.
const noEviction = "noeviction"

// primary judges one node by itself and returns its level.
func (d *Durability) primary(n node, wait int) string {
	warn := func(format string, args ...any) { d.Warnings = append(d.Warnings, n.say(fmt.Sprintf(format, args...))) }
	if status := n.info["aof_last_write_status"]; status != "" && status != "ok" {
		warn("its last write to the append-only file failed: look at the disk")
	}
	if status := n.info["aof_last_bgrewrite_status"]; status != "" && status != "ok" {
		warn("its last rewrite of the append-only file failed, so the file grows: look at disk and memory")
	}
	if used, most := memory(n.info); most > 0 && used >= most/100*share {
		warn("nine tenths of its maxmemory of %s are used, so notifications and clicks are refused: raise maxmemory (`redis-cli config set maxmemory ...`, and in redis.conf), or shorten incidents.retention", megabytes(most))
	}
	if n.delayed {
		warn("its disk is slow: writes to the append-only file came late since the last look, and can hold up everything for seconds")
	}
	if sentence := skewed(n.skew); sentence != "" {
		warn("%s", sentence)
	}
	why := n.forgets()
	for _, reason := range why {
		d.Forgets = append(d.Forgets, n.say(reason))
	}
	fsync := n.config["appendfsync"]
	switch {
	case len(why) > 0:
		return levelNone
	case fsync == "no":
		warn("appendfsync is no: set it to always")
		return levelNone
	case n.config["no-appendfsync-on-rewrite"] == "yes":
		warn("no-appendfsync-on-rewrite is yes: while the file is rewritten, a power cut loses all of that time; set it to no")
		return levelNone
	case fsync == "always":
		return levelAlways
	case wait > 0:
		// What is on several machines at once survives the power cut of one.
	case fsync == "":
		warn("CONFIG is forbidden: it is not known how often the append-only file reaches the disk")
	default:
		warn("appendfsync is everysec: a power cut can lose a second; `redis-cli config set appendfsync always` loses nothing")
	}
	return levelEverysec
}

// replication compares the replicas that are online with those that are asked
// for.
func (d *Durability) replication(n node, wait int) {
	switch online := len(n.replicas()); {
	case online < wait:
		d.Warnings = append(d.Warnings, n.say(fmt.Sprintf("wait_replicas is %d, but %d replicas are online: until more are, nothing counts as stored, webhooks are answered 503 and come again", wait, online)))
	case online > 0 && wait == 0:
		d.Warnings = append(d.Warnings, n.say(fmt.Sprintf("it has %d replicas that nobody waits for, so the loss of the primary can lose what was confirmed: set redis.wait_replicas to 1 or more, and min-replicas-to-write 1 with min-replicas-max-lag 3 in redis.conf", online)))
	}
}

// onDisk reports whether WAITAOF can be asked for: every node that takes part
// knows it (since Redis 7.2) and flushes at each write. With everysec each
// confirmation would take up to a second, so WAIT is asked there: the write is
// then in the memory of several machines.
func onDisk(primaries, replicas []node, wait int) bool {
	able := func(n node) bool {
		return n.err == nil && n.info["aof_enabled"] == "1" && n.config["appendfsync"] == "always" && since(n.info["redis_version"], 7, 2)
	}
	return wait > 0 && len(replicas) >= wait &&
		!slices.ContainsFunc(primaries, func(n node) bool { return !able(n) }) && !slices.ContainsFunc(replicas, func(n node) bool { return !able(n) })
}

// since reports whether a version is at least that one.
func since(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	x, err := strconv.Atoi(parts[0])
	y, err2 := strconv.Atoi(parts[1])
	return err == nil && err2 == nil && (x > major || x == major && y >= minor)
}
