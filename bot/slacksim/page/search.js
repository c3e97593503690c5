// Selects with a search: the app says what one can choose from while one types.
"use strict";
const searches = new WeakMap(); // by element: the number of the last question, its timer, the marked option
const boxOf = (search) => search.querySelector("[role=combobox]");
const listOf = (search) => search.querySelector("[role=listbox]");
const typingPause = 150;
let searchCount = 0;
let moving = false; // the focus leaves a box only because its message is drawn anew

function searchState(search) {
  if (!searches.has(search)) {
    searches.set(search, { asked: 0, timer: 0, active: -1 });
    listOf(search).id = "found-" + ++searchCount;
    boxOf(search).setAttribute("aria-controls", listOf(search).id);
  }
  return searches.get(search);
}

function closeSearch(search) {
  const state = searchState(search);
  state.asked++; // an answer under way comes too late
  clearTimeout(state.timer);
  listOf(search).hidden = true;
  boxOf(search).setAttribute("aria-expanded", "false");
  boxOf(search).removeAttribute("aria-activedescendant");
}

function fillSearch(search, items) {
  const list = listOf(search);
  list.replaceChildren(...items);
  list.hidden = false;
  boxOf(search).setAttribute("aria-expanded", "true");
  markSearch(search, items.some((item) => item.dataset.value) ? 0 : -1);
}

function searchNote(text) {
  const note = document.createElement("div");
  note.className = "note";
  note.textContent = text;
  return note;
}

function searchOption(list, item, i) {
  const option = document.createElement("div");
  option.className = "suggestion";
  option.id = list.id + "-" + i;
  option.setAttribute("role", "option");
  option.dataset.value = item.value;
  option.dataset.text = item.text;
  const about = document.createElement("span");
  about.textContent = item.about;
  option.append(item.text, about);
  return option;
}

function markSearch(search, active) {
  const list = listOf(search);
  searchState(search).active = active;
  [...list.children].forEach((option, i) => option.setAttribute("aria-selected", i === active));
  if (active < 0) {
    boxOf(search).removeAttribute("aria-activedescendant");
    return;
  }
  list.children[active].scrollIntoView({ block: "nearest" });
  boxOf(search).setAttribute("aria-activedescendant", list.children[active].id);
}

// lookUp asks once typing pauses; an answer to an older question is dropped.
function lookUp(search, pause) {
  const state = searchState(search);
  const query = boxOf(search).value;
  const least = Number(search.dataset.least);
  const number = ++state.asked;
  clearTimeout(state.timer);
  if (query.length < least) {
    fillSearch(search, [searchNote("Type " + least + " characters or more")]);
    return;
  }
  if (listOf(search).hidden) fillSearch(search, [searchNote("Searching…")]);
  state.timer = setTimeout(async () => {
    let items;
    try {
      const response = await fetch("/sim/suggest", { method: "POST", body: new URLSearchParams({ ...where(search), query }) });
      if (!response.ok) throw new Error((await response.text()).trim());
      const found = (await response.json()).options;
      items = found.map((item, i) => searchOption(listOf(search), item, i));
      if (items.length === 0) items = [searchNote("No results")];
    } catch (error) {
      items = [searchNote("There was a problem: " + error.message)];
    }
    if (number === state.asked) fillSearch(search, items);
  }, pause);
}

async function takeFound(search, option) {
  const box = boxOf(search);
  const hidden = search.querySelector("input[type=hidden]");
  const { value, text } = option.dataset;
  closeSearch(search);
  if (hidden) { // in a form: it goes when the form does
    hidden.value = value;
    box.value = text;
    return;
  }
  const before = box.placeholder;
  box.value = "";
  box.placeholder = text;
  if (!(await act(search, value))) box.placeholder = before;
}

// replaceAround replaces a message, but leaves the search somebody types into as it is.
function replaceAround(element, fresh) {
  const box = document.activeElement;
  const search = box && element.contains(box) ? box.closest(".search") : null;
  const same = search && [...fresh.querySelectorAll(".search")].find((other) =>
    other.dataset.actionId === search.dataset.actionId && other.dataset.blockId === search.dataset.blockId);
  if (!same) {
    element.replaceWith(fresh);
    return;
  }
  moving = true;
  const { selectionStart, selectionEnd } = box;
  same.replaceWith(search);
  element.replaceWith(fresh);
  box.focus({ preventScroll: true });
  box.setSelectionRange(selectionStart, selectionEnd);
  moving = false;
}

const searchOf = (event) => event.target.matches?.(".search [role=combobox]") && event.target.closest(".search");

document.addEventListener("input", (event) => {
  const search = searchOf(event);
  if (!search) return;
  const hidden = search.querySelector("input[type=hidden]");
  if (hidden) hidden.value = "";
  lookUp(search, typingPause);
});

document.addEventListener("focusin", (event) => {
  const search = searchOf(event);
  if (search && !moving && !search.querySelector("input[type=hidden]")?.value) lookUp(search, 0);
});

document.addEventListener("focusout", (event) => {
  const search = searchOf(event);
  if (search && !moving) closeSearch(search);
});

document.addEventListener("keydown", (event) => {
  const search = searchOf(event);
  if (!search || event.isComposing) return;
  const list = listOf(search);
  const options = list.hidden ? [] : [...list.children].filter((option) => option.dataset.value);
  const state = searchState(search);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) lookUp(search, 0);
    else if (options.length) markSearch(search, (state.active + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (options[state.active]) takeFound(search, options[state.active]);
    else if (list.hidden) lookUp(search, 0);
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    closeSearch(search);
  }
});

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.(".search .suggestion");
  if (!option) {
    const search = searchOf(event);
    if (search && document.activeElement === event.target && listOf(search).hidden) lookUp(search, 0); // opened again
    return;
  }
  event.preventDefault(); // the box keeps the focus
  takeFound(option.closest(".search"), option);
});
