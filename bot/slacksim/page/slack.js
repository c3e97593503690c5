// The page's behaviour: fetches what changed, sends what people do.
"use strict";
const page = { user: document.body.dataset.user, channel: document.body.dataset.channel, thread: document.body.dataset.thread, home: document.body.dataset.home || "" };
const $ = (id) => document.getElementById(id);
const drawn = new Map(); // the server's HTML of each message, by list and key
let toastTimer = 0;

function address() {
  const query = new URLSearchParams({ user: page.user, channel: page.channel });
  if (page.thread) query.set("thread", page.thread);
  if (page.home) query.set("home", page.home);
  return query;
}

// ---- dates, in the reader's own time zone and locale of Slack's English

const pad = (n) => String(n).padStart(2, "0");
function relativeDay(at, now) {
  const day = (d) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 864e5;
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[day(at) - day(now)];
}
function ago(at, now) {
  let seconds = Math.round((now - at) / 1000);
  const past = seconds >= 0;
  seconds = Math.abs(seconds);
  for (const [name, size] of [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]]) {
    const n = Math.floor(seconds / size);
    if (n > 0) {
      const text = n + " " + name + (n > 1 ? "s" : "");
      return past ? text + " ago" : "in " + text;
    }
  }
  return "just now";
}
function clockTime(at, withSeconds) {
  const hour = at.getHours() % 12 || 12;
  return hour + ":" + pad(at.getMinutes()) + (withSeconds ? ":" + pad(at.getSeconds()) : "") + (at.getHours() < 12 ? " AM" : " PM");
}
function dateToken(token, at, now) {
  const long = (o) => at.toLocaleDateString("en-US", o);
  if (token.endsWith("_pretty")) {
    const day = relativeDay(at, now);
    if (day) return day;
    token = token === "day_divider_pretty" ? "date_long" : token.slice(0, -"_pretty".length);
  }
  switch (token) {
    case "date_num": return at.getFullYear() + "-" + pad(at.getMonth() + 1) + "-" + pad(at.getDate());
    case "date_slash": return pad(at.getMonth() + 1) + "/" + pad(at.getDate()) + "/" + at.getFullYear();
    case "date": case "date_long_full": return long({ year: "numeric", month: "long", day: "numeric" });
    case "date_short": return long({ year: "numeric", month: "short", day: "numeric" });
    case "date_long": case "date_full": return long({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
    case "time": return clockTime(at, false);
    case "time_secs": return clockTime(at, true);
    case "ago": return ago(at, now);
  }
  return null;
}
function tellDates(root) {
  const now = new Date();
  for (const element of root.querySelectorAll("time[data-at]")) {
    const at = new Date(Number(element.dataset.at) * 1000);
    let known = true;
    const text = element.dataset.format.replace(/\{(\w+)\}/g, (_, token) => {
      const value = dateToken(token, at, now);
      known = known && value !== null;
      return value;
    });
    if (known && element.textContent !== text) element.textContent = text;
    element.title = at.toLocaleString("en-US", { dateStyle: "full", timeStyle: "short" });
  }
}

// ---- drawing: only what changed is replaced, so that focus and open menus stay

const atEnd = (scroll) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;

function drawList(list, items) {
  const old = new Map([...list.children].map((element) => [element.dataset.key, element]));
  let previous = null;
  for (const item of items) {
    const name = list.id + item.key;
    let element = old.get(item.key);
    if (!element || drawn.get(name) !== item.html) {
      const holder = document.createElement("template");
      holder.innerHTML = item.html;
      const fresh = holder.content.firstElementChild;
      tellDates(fresh);
      if (element && element.outerHTML !== fresh.outerHTML) {
        if (drawn.has(name)) fresh.classList.add("changed");
        replaceAround(element, fresh);
        element = fresh;
      }
      element = element || fresh;
      drawn.set(name, item.html);
    }
    old.delete(item.key);
    const place = previous ? previous.nextElementSibling : list.firstElementChild;
    if (place !== element) list.insertBefore(element, place);
    previous = element;
  }
  for (const [key, element] of old) {
    drawn.delete(list.id + key);
    element.remove();
  }
}

function drawHome(state) {
  const home = $("home");
  if (drawn.get("home") !== state.home) {
    drawn.set("home", state.home);
    home.innerHTML = state.home;
    tellDates(home);
  }
  home.hidden = !state.at_home;
  $("home-link").classList.toggle("open", state.at_home);
  document.querySelector("[data-composer=channel]").hidden = state.at_home;
}

function drawModal(modal, errors) {
  const dialog = $("modal");
  if (!modal) {
    if (dialog.open) dialog.close();
    dialog.dataset.key = "";
    return;
  }
  if (dialog.dataset.key !== modal.key) {
    dialog.innerHTML = modal.html;
    dialog.dataset.key = modal.key;
    tellDates(dialog);
    if (!dialog.open) dialog.showModal();
    const first = dialog.querySelector("[autofocus], .input input, .input textarea, .input select");
    if (first) first.focus();
  }
  for (const element of dialog.querySelectorAll("[data-error-for]")) {
    element.textContent = (errors && errors[element.dataset.errorFor]) || "";
  }
}

// What a reader has seen of each channel lasts as long as the tab.
function markChannels() {
  const name = "seen:" + page.user;
  const seen = JSON.parse(sessionStorage.getItem(name) || "{}");
  for (const link of document.querySelectorAll(".channel-link[data-channel]")) {
    const { channel, latest, mentions } = link.dataset;
    if (channel === page.channel || !(channel in seen)) seen[channel] = latest;
    const since = seen[channel] || "";
    link.classList.toggle("unread", latest > since);
    const count = mentions.split(" ").filter((ts) => ts && ts > since).length;
    const badge = link.querySelector(".badge");
    badge.hidden = count === 0;
    badge.textContent = count;
  }
  sessionStorage.setItem(name, JSON.stringify(seen));
}

let fetching = false;
let again = false;
async function refresh() {
  if (fetching) { again = true; return; }
  fetching = true;
  do {
    again = false;
    const asked = address().toString();
    try {
      const response = await fetch("/sim/state?" + asked);
      if (!response.ok) throw new Error(await response.text());
      const state = await response.json();
      if (asked === address().toString()) draw(state); else again = true;
    } catch (error) {
      toast("Not connected: " + error.message);
    }
  } while (again);
  fetching = false;
}

function draw(state) {
  const follow = [$("scroll"), $("thread-scroll")].filter((scroll) => atEnd(scroll) || page.sent === scroll.id);
  page.thread = state.thread;
  $("channels").innerHTML = state.channels;
  drawHome(state);
  $("channel-name").firstElementChild.textContent = state.at_home ? "⌂" : "#";
  $("channel-name").lastChild.textContent = state.at_home ? $("home-link").lastChild.textContent : state.channel;
  $("thread-channel").textContent = state.channel;
  $("topic").textContent = state.at_home ? "Home" : state.archived ? "This channel is archived" : state.topic;
  document.title = state.at_home ? "Home" : "#" + state.channel;
  drawList($("messages"), state.messages);
  $("empty").hidden = state.at_home || state.messages.length > 0;
  $("thread").hidden = !state.thread;
  drawList($("replies"), state.replies);
  drawModal(state.modal, state.errors);
  for (const open of document.querySelectorAll("[data-open-thread]")) open.classList.toggle("current", open.dataset.openThread === state.thread);
  document.body.dataset.user = page.user;
  document.body.dataset.channel = state.channel;
  document.body.dataset.thread = state.thread;
  document.body.dataset.version = state.version;
  markChannels();
  if (!state.at_home) for (const scroll of follow) scroll.scrollTop = scroll.scrollHeight;
  page.sent = "";
}

function go(change) {
  Object.assign(page, change);
  history.pushState(null, "", "?" + address());
  return refresh();
}

// ---- acting

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 6000);
}

async function send(path, fields) {
  try {
    const response = await fetch("/sim/" + path, { method: "POST", body: new URLSearchParams(fields) });
    if (response.ok) return true;
    toast((await response.text()).trim());
  } catch (error) {
    toast("Not connected: " + error.message);
  }
  return false;
}

function confirmed(element) {
  const { confirmTitle, confirmText, confirmYes, confirmDeny, confirmStyle } = element.dataset;
  if (!confirmTitle) return Promise.resolve(true);
  $("confirm-title").textContent = confirmTitle;
  $("confirm-text").textContent = confirmText;
  $("confirm-yes").textContent = confirmYes;
  $("confirm-yes").className = "button " + (confirmStyle || "primary");
  $("confirm-deny").textContent = confirmDeny;
  $("confirm-deny").className = "button";
  $("confirm").returnValue = "no";
  $("confirm").showModal();
  return new Promise((resolve) => {
    $("confirm").addEventListener("close", () => resolve($("confirm").returnValue === "yes"), { once: true });
  });
}

// where says who acts on what.
function where(element) {
  const message = element.closest("[data-ts]");
  const fields = { user: page.user, action_id: element.dataset.actionId, block_id: element.dataset.blockId };
  if (element.closest("[data-at-home]")) fields.home = 1;
  else if (message) Object.assign(fields, { channel: message.dataset.channel, ts: message.dataset.ts });
  return fields;
}

async function act(element, value) {
  if (!(await confirmed(element))) return false;
  element.classList.add("busy");
  const done = await send(element.dataset.act, { ...where(element), value });
  element.classList.remove("busy");
  return done;
}

document.addEventListener("click", async (event) => {
  const target = event.target.closest("[data-act], [data-open-thread], [data-dismiss], [data-extra], [data-close-modal], .channel-link, #close-thread, #menu");
  for (const menu of document.querySelectorAll("details.overflow[open]")) {
    if (!menu.contains(event.target) || target) menu.open = false;
  }
  if (!target) return;
  const data = target.dataset;
  if (target.id === "menu") {
    const open = document.body.classList.toggle("menu-open");
    target.setAttribute("aria-expanded", open);
  } else if (target.id === "close-thread") {
    await go({ thread: "" });
    $("composer").focus();
  } else if (target.id === "home-link") {
    event.preventDefault();
    document.body.classList.remove("menu-open");
    send("home", { user: page.user });
    await go({ home: "1", thread: "" });
    $("scroll").scrollTop = 0;
  } else if (target.classList.contains("channel-link")) {
    event.preventDefault();
    document.body.classList.remove("menu-open");
    await go({ channel: data.channel, thread: "", home: "" });
    $("scroll").scrollTop = $("scroll").scrollHeight;
  } else if (data.openThread) {
    await go({ thread: data.openThread });
    $("thread-scroll").scrollTop = 0;
    $("thread-composer").focus({ preventScroll: true });
  } else if (data.dismiss) {
    send("dismiss", { user: page.user, ts: data.dismiss });
  } else if (data.extra) {
    target.disabled = true;
    await send("extra", { i: data.extra });
    target.disabled = false;
  } else if ("closeModal" in data) {
    send("close", { user: page.user });
  } else if (target.matches("button, a")) {
    act(target, data.value);
  }
});

document.addEventListener("change", (event) => {
  if (event.target.id === "user") {
    go({ user: event.target.value });
    if (page.home) send("home", { user: page.user });
  } else if (event.target.matches("select[data-act], input[data-act]") && event.target.value) act(event.target, event.target.value);
});

document.addEventListener("submit", async (event) => {
  if (!event.target.matches(".modal-form")) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(event.target));
  fields.set("user", page.user);
  const button = event.target.querySelector("[type=submit]");
  button.disabled = true;
  await send("submit", fields);
  button.disabled = false;
});

$("modal").addEventListener("cancel", (event) => { // Escape
  event.preventDefault();
  send("close", { user: page.user });
});

addEventListener("popstate", () => {
  const query = new URLSearchParams(location.search);
  page.user = query.get("user") || page.user;
  page.channel = query.get("channel") || page.channel;
  page.thread = query.get("thread") || "";
  page.home = query.get("home") || "";
  $("user").value = page.user;
  refresh();
});

const changes = new EventSource("/sim/events");
changes.onmessage = refresh;
setInterval(() => tellDates(document), 20000);
tellDates(document);
$("scroll").scrollTop = $("scroll").scrollHeight;
if (page.home) send("home", { user: page.user }); // an address that leads to the Home opens it
