package store

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// Durability is what Redis can promise about a write that it confirmed.
type Durability struct {
	Level    string   // fsync-always, everysec, replicated(n), NONE
	Forgets  []string // why it can forget, each with the line that mends it
	Warnings []string
}

// Durability asks Redis for the settings that decide what it keeps. CONFIG may
// be forbidden: what only CONFIG tells is then a warning.
func (r *Redis) Durability(ctx context.Context) (Durability, error) {
	var d Durability
	persistence, err := r.info(ctx, "persistence")
	if err != nil {
		return d, err
	}
	memory, err := r.info(ctx, "memory")
	if err != nil {
		return d, err
	}
	if persistence["aof_enabled"] != "1" {
		d.Forgets = append(d.Forgets, "its append-only file is off, so a crash loses minutes: run `redis-cli config set appendonly yes` and put `appendonly yes` into redis.conf")
	}
	if policy := memory["maxmemory_policy"]; policy != "" && policy != "noeviction" {
		d.Forgets = append(d.Forgets, fmt.Sprintf("its policy %q evicts keys when memory is short: run `redis-cli config set maxmemory-policy noeviction` and put `maxmemory-policy noeviction` into redis.conf", policy))
	}
	if status := persistence["aof_last_write_status"]; status != "" && status != "ok" {
		d.Warnings = append(d.Warnings, "its last write to the append-only file failed: look at the disk")
	}
	fsync := ""
	if settings, err := r.client.ConfigGet(ctx, "appendfsync").Result(); err == nil {
		fsync = settings["appendfsync"]
	}
	switch {
	case len(d.Forgets) > 0:
		d.Level = "NONE"
	case r.opts.WaitReplicas > 0:
		d.Level = fmt.Sprintf("replicated(%d)", r.opts.WaitReplicas)
	case fsync == "always":
		d.Level = "fsync-always"
	case fsync == "no":
		d.Level = "NONE"
		d.Warnings = append(d.Warnings, "appendfsync is no: set it to always")
	default:
		d.Level = "everysec"
		if fsync == "" {
			d.Warnings = append(d.Warnings, "CONFIG is forbidden: it is not known how often the append-only file reaches the disk")
		} else {
			d.Warnings = append(d.Warnings, "appendfsync is everysec: a power cut can lose a second; `redis-cli config set appendfsync always` loses nothing")
		}
	}
	return d, nil
}

func (r *Redis) info(ctx context.Context, section string) (map[string]string, error) {
	text, err := r.client.Info(ctx, section).Result()
	if err != nil {
		return nil, fmt.Errorf("ask redis for info %s: %w", section, err)
	}
	fields := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok {
			fields[name] = value
		}
	}
	return fields, nil
}
