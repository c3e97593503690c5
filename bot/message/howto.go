package message

import "github.com/signalbook/signalbook/bot/incident"

// HowToAct says by which commands people act on an incident without its buttons.
func HowToAct(i incident.Incident, command string) string {
	id := i.ID()
	return "`" + command + " status " + id + "` shows its steps, `" + command + " ack " + id + "` takes it, `" + command + " done " + id + " STEP` ends a step."
}

// HowToList says by which command people see a storm's incidents without its list.
func HowToList(command string) string {
	return "`" + command + " incidents` lists the incidents, `" + command + " ack INC-…` takes one."
}

// HowToRead says by which command people see a digest without its message.
func HowToRead(command string) string {
	return "`" + command + " digest preview` shows it to you alone."
}
