// Package command reads what people type after the slash command or a mention,
// and explains what can be typed. It never acts on it and never talks to
// anybody: a [Command] goes to whoever does.
package command
