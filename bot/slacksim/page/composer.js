// The message boxes: sending, and completion of commands, their words and names.
"use strict";
const completions = JSON.parse(document.body.dataset.completions);

// suggest gives what may stand where the caret is, and where that begins.
function suggest(text, caret, inThread) {
  const before = text.slice(0, caret);
  const word = before.slice(before.search(/\S*$/));
  const begin = before.length - word.length;
  if (word.startsWith("@")) {
    const typed = word.slice(1).toLowerCase();
    return { begin, items: completions.names.filter((n) => n.name.startsWith(typed)).map((n) => ({ text: "@" + n.name, about: n.about })) };
  }
  if (inThread || !text.startsWith("/")) return { begin, items: [] };
  if (begin === 0) {
    return { begin, items: completions.commands.filter((c) => c.name.startsWith(word)).map((c) => ({ text: c.name, hint: c.hint, about: c.about })) };
  }
  const command = completions.commands.find((c) => before.slice(0, begin).trim() === c.name);
  if (!command) return { begin, items: [] };
  return { begin, items: command.words.filter((w) => w.startsWith(word) && w !== word).map((w) => ({ text: w })) };
}

for (const form of document.querySelectorAll("[data-composer]")) {
  const inThread = form.dataset.composer === "thread";
  const box = form.querySelector("textarea");
  const list = form.querySelector(".suggestions");
  let active = -1; // Enter sends unless the arrows have chosen something
  let begin = 0;
  let shifted = false; // whether the Enter under way makes a new line

  function offer() {
    const found = suggest(box.value, box.selectionStart, inThread);
    begin = found.begin;
    active = -1;
    list.replaceChildren(...found.items.slice(0, 24).map((item, i) => {
      const option = document.createElement("div");
      option.className = "suggestion";
      option.id = list.id + "-" + i;
      option.setAttribute("role", "option");
      option.dataset.text = item.text;
      const strong = document.createElement("strong");
      strong.textContent = item.text;
      const about = document.createElement("span");
      about.textContent = [item.hint, item.about].filter(Boolean).join(" — ");
      option.append(strong, about);
      return option;
    }));
    list.classList.toggle("words", found.items.length > 0 && found.items.every((item) => !item.about && !item.hint));
    list.hidden = found.items.length === 0;
    mark();
  }

  function mark() {
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", i === active));
    if (active >= 0) {
      list.children[active].scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", list.children[active].id);
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  }

  function take(text) {
    const after = box.value.slice(box.selectionStart).replace(/^\S*\s?/, "");
    const head = box.value.slice(0, begin) + text + " ";
    box.value = head + after;
    box.setSelectionRange(head.length, head.length);
    offer();
  }

  function grow() {
    box.style.height = "auto";
    box.style.height = Math.min(box.scrollHeight, 160) + "px";
  }

  async function submit() {
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    offer();
    grow();
    const fields = { user: page.user, channel: page.channel, text };
    if (inThread) fields.thread = page.thread;
    page.sent = inThread ? "thread-scroll" : "scroll"; // what one writes comes into view
    if (!(await send("say", fields)) && box.value === "") box.value = text;
  }

  box.addEventListener("input", () => { offer(); grow(); });
  box.addEventListener("blur", () => { setTimeout(() => { list.hidden = true; }, 150); });
  box.addEventListener("focus", () => { if (box.value) offer(); });
  box.addEventListener("beforeinput", (event) => { // some keyboards send a line break though keydown was taken
    if (/^insert(LineBreak|Paragraph)$/.test(event.inputType) && !shifted) event.preventDefault();
  });
  box.addEventListener("keydown", (event) => {
    shifted = event.shiftKey;
    const count = list.hidden ? 0 : list.children.length;
    if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      active = (active + (event.key === "ArrowDown" ? 1 : -1) + count) % count;
      mark();
    } else if (count && (event.key === "Tab" || (event.key === "Enter" && active >= 0))) {
      event.preventDefault();
      take(list.children[Math.max(active, 0)].dataset.text);
    } else if (event.key === "Escape" && count) {
      event.preventDefault();
      list.hidden = true;
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest(".suggestion");
    if (!option) return;
    event.preventDefault(); // the box keeps the focus
    take(option.dataset.text);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
}
