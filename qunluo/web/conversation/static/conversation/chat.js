// A room that is alive; without this module it is read and written by loading the page.
import { token } from "./beside.js";
import { listen } from "../core/js/live.js";

const $ = (id) => document.getElementById(id);
const room = $("room").dataset;
const msgs = $("msgs"), form = $("say"), field = form?.elements.source, line = $("line"), toEnd = $("to-end");
const page = document.scrollingElement;
const keep = `qunluo:say:${room.me}:${room.number}`, begun = `${keep}:draft`;
const fill = (text, names) => text.replace(/\{(\w+)\}/g, (_, name) => names[name]);
const hour = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" });
const base = room.room.replace(/in\/[^/]+\/$/, `${room.number}/`);
let connected = false, unseen = 0, greeted = false;

const all = () => msgs.querySelectorAll(".msg[data-place]");
const lastPlace = () => Number([...all()].pop()?.dataset.place ?? 0);
const atEnd = () => !msgs.querySelector(".pager.newer");
const near = () => page.scrollHeight - page.scrollTop - page.clientHeight < 160;
const down = () => { page.scrollTop = page.scrollHeight; };
const post = (url, body, more = {}) => fetch(url, {
  method: "POST",
  headers: { "X-CSRFToken": token(), ...more },
  body: new URLSearchParams(body),
});

// Showing

function made({ place, author, html, written_at: at, reply_to: to, edited, reactions, own }) {
  const made = $("message").content.cloneNode(true).firstElementChild;
  const part = (name) => made.querySelector(name);
  const when = new Date(at);
  Object.assign(made.dataset, { by: author.handle, at });
  made.classList.toggle("own", own);
  const who = part(".msg-who a");
  who.textContent = author.name;
  who.href = `${room.members}${author.handle}/`;
  const face = document.createElement("img");
  Object.assign(face, { className: "portrait", src: author.picture, alt: "", width: 36, height: 36 });
  if (author.picture) part(".msg-face").append(face);
  part(".post-text").innerHTML = html;
  part("time").textContent = hour.format(when);
  part("time").dateTime = at;
  part(".msg-edited").hidden = !edited;
  if (place) numbered(made, place);
  if (to) {
    part(".msg-to").hidden = false;
    part(".msg-to a").href = `${room.room}?at=${to}#p${to}`;
  }
  for (const link of made.querySelectorAll("[data-own]")) own ? (link.href = `${base}${place}/${link.dataset.own}/`) : link.remove();
  for (const link of made.querySelectorAll("[data-other]")) own ? link.remove() : (link.href = `${base}${place}/${link.dataset.other}/`);
  if (reactions) signs(made, reactions);
  return made;
}

function numbered(message, place) {
  message.id = `p${place}`;
  message.dataset.place = place;
  message.querySelector(".msg-when").href = `${room.room}?at=${place}#p${place}`;
  for (const button of message.querySelectorAll(".drop-body button")) button.value = button.value.replace(/\.\d*$/, `.${place}`);
  const reply = message.querySelector("[data-reply]");
  if (reply) reply.href = `${room.room}?at=${place}&to=${place}#say`;
}

function signs(message, reactions) {
  const shown = message.querySelector(".msg-reacts");
  const mine = new Set([...shown.querySelectorAll(".react.on")].map((one) => one.value.split(".")[1]));
  const place = message.dataset.place;
  shown.replaceChildren(...[...$("signs").content.children].flatMap((sign) => {
    const name = sign.value.split(".")[1];
    if (!reactions[name]) return [];
    const one = sign.cloneNode(true), on = mine.has(name);
    one.value = `${on ? "unreact" : "react"}.${name}.${place}`;
    one.classList.toggle("on", on);
    one.setAttribute("aria-pressed", on);
    one.setAttribute("aria-label", `${one.dataset.label} ${reactions[name]}`);
    one.append(` ${reactions[name]}`);
    return [one];
  }));
}

function joined(message) {
  const before = message.previousElementSibling?.closest(".msg") ?? null;
  const at = new Date(message.dataset.at);
  const prior = before && new Date(before.dataset.at);
  if (!prior || prior.toDateString() !== at.toDateString()) {
    const line = Object.assign(document.createElement("p"), { className: "day-line" });
    line.append(Object.assign(document.createElement("span"), { textContent: day.format(at) }));
    if (before || !msgs.querySelector(".msg ~ .day-line, .day-line:not(.begin)")) message.before(line);
  } else if (before.dataset.by === message.dataset.by && at - prior < 300000 && !before.classList.contains("gone")) {
    message.classList.add("same");
  }
}

function append(message) {
  const stay = !near(), pending = msgs.querySelector(".msg.pending");
  pending ? pending.before(message) : msgs.append(message);
  joined(message);
  $("nothing")?.remove();
  if (!stay) down();
}

function come(said) {
  const own = said.author.handle === room.me;
  const pending = `.msg.pending[data-client="${CSS.escape(said.client_id)}"]`;
  const waiting = own && said.client_id ? msgs.querySelector(pending) : null;
  if ($(`p${said.place}`)) return waiting?.remove();
  if (!atEnd()) return more(own);
  quiet(said.author.handle);
  if (said.place > lastPlace() + 1 || said.attached) return missed();
  waiting?.remove();
  const stay = !near() && !own;
  append(made({ ...said, own }));
  if (stay) more(own);
  else if (own) down();
  read();
}

function more(own) {
  unseen += own ? 0 : 1;
  toEnd.hidden = false;
  if (unseen) toEnd.querySelector("span").textContent = fill(toEnd.dataset.text, { n: unseen });
}

function change(said) {
  const message = $(`p${said.place}`);
  if (!message) return;
  if (said.removed) {
    const why = $("gone-words").content.querySelector(`[data-why="${said.removed}"]`);
    message.querySelector(".bubble").replaceChildren(why.cloneNode(true));
    message.querySelector(".msg-line > .drop")?.remove();
    message.classList.add("gone");
  } else if (message.querySelector(".post-text")) {
    message.querySelector(".post-text").innerHTML = said.html;
  }
  message.querySelector(".msg-edited").hidden = !said.edited || Boolean(said.removed);
  signs(message, said.removed ? {} : said.reactions);
}

// What was missed comes by place, so that nothing is lost and nothing comes twice.
let asking = null;
function missed() {
  asking ??= catchUp().finally(() => { asking = null; });
  return asking;
}
async function catchUp() {
  for (let part = 0; part < 5 && atEnd(); part += 1) {
    const from = lastPlace();
    const answer = await fetch(`${room.room}?after=${from}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = [...found.querySelectorAll(".msg[data-place]")].filter((one) => !$(one.id));
    for (const message of fresh) append(document.adoptNode(message));
    settle();
    if (fresh.length) read();
    if (!fresh.length || !found.querySelector(".pager.newer")) return;
  }
}

// Reading

let reading = 0;
function read() {
  if (!room.seen || document.hidden || !near() || !atEnd()) return;
  clearTimeout(reading);
  const place = lastPlace();
  reading = setTimeout(() => place && post(room.seen, { place }).catch(() => {}), 300);
  unseen = 0;
  toEnd.hidden = true;
}
function seen(upto) {
  const own = [...msgs.querySelectorAll(".msg.own[data-place]")].pop();
  $("seen").dataset.upto = Math.max(upto, Number($("seen").dataset.upto));
  $("seen").hidden = !room.pair || !own || Number(own.dataset.place) > Number($("seen").dataset.upto) || lastPlace() > Number(own.dataset.place);
}

// Who is here, and who writes

const writing = new Map();
function typing({ handle, name }) {
  clearTimeout(writing.get(handle)?.timer);
  writing.set(handle, { name, timer: setTimeout(() => quiet(handle), 6000) });
  tellWriting();
}
function quiet(handle) {
  clearTimeout(writing.get(handle)?.timer);
  if (writing.delete(handle)) tellWriting();
}
function tellWriting() {
  const { one, many } = $("typing").dataset, stay = near();
  const [first] = writing.values();
  $("typing").textContent = writing.size > 1 ? many : first ? fill(one, { name: first.name }) : "";
  if (stay && first) down();
}
const plainly = $("here").textContent;
function here({ count, people }) {
  const { online, many } = $("here").dataset;
  const others = room.pair ? people.includes(room.pair) : count > 1;
  $("here").classList.toggle("on", others);
  $("here").textContent = !others ? plainly : room.pair ? online : fill(many, { n: count });
}

// Sending: what is written is kept until the room has it, and is there once.

const queue = {
  all: () => { try { return JSON.parse(localStorage.getItem(keep)) ?? []; } catch { return []; } },
  set(items) { try { items.length ? localStorage.setItem(keep, JSON.stringify(items)) : localStorage.removeItem(keep); } catch { /* a private window */ } this.held = items; },
  held: null,
  get items() { return this.held ?? (this.held = this.all()); },
};
function pend({ id, text, to, files = [] }) {
  if (msgs.querySelector(`.msg.pending[data-client="${id}"]`)) return;
  const message = made({
    author: { handle: room.me, name: room.name, picture: "" }, html: "", own: true,
    written_at: new Date().toISOString(), reply_to: to,
  });
  message.querySelector(".drop")?.remove();
  message.querySelector(".msg-who")?.remove();
  const words = message.querySelector(".post-text");
  for (const part of text.split("\n")) words.append(Object.assign(document.createElement("p"), { textContent: part }));
  if (files.length) words.after(shownFiles(files));
  message.classList.add("pending");
  message.dataset.client = id;
  message.querySelector(".msg-state").textContent = room.sending;
  msgs.append(message);
  $("nothing")?.remove();
  down();
}
// What was added to a message shows small until the room has it.
function shownFiles(files) {
  const shown = Object.assign(document.createElement("p"), { className: "waiting-shown" });
  for (const { picture, alt } of files) {
    if (picture) shown.append(Object.assign(document.createElement("img"), { src: picture, alt, width: 56, height: 56 }));
    else shown.append(`📎 ${alt}`);
  }
  return shown;
}
const rows = new Map(); // of messages on their way, in case they come back
function takeFiles(id) {
  const added = [...form.querySelectorAll("[data-waiting] [data-file]")];
  rows.set(id, added);
  for (const row of added) row.remove();
  for (const row of form.querySelectorAll("[data-waiting] .refused")) row.remove();
  return added.map((row) => ({
    uid: row.dataset.file,
    alt: row.querySelector("[name^='alt.']").value,
    picture: row.querySelector("img")?.getAttribute("src") ?? "",
  }));
}
let sending = false, later = 0, patience = 2000;
async function send() {
  if (sending || !queue.items.length) return;
  sending = true;
  clearTimeout(later);
  try {
    while (queue.items.length) if (!(await sendOne(queue.items[0]))) break;
  } finally {
    sending = false;
  }
}
async function sendOne({ id, text, to, files = [] }) {
  const body = [["source", text], ["client_id", id], ["reply_to", to || ""]];
  for (const { uid, alt } of files) body.push(["attached", uid], [`alt.${uid}`, alt]);
  const answer = await post(form.action, body, { Accept: "application/json" }).catch(() => null);
  const pending = () => msgs.querySelector(`.msg.pending[data-client="${id}"]`);
  if (!answer || answer.status >= 500 || answer.status === 429 || answer.redirected) {
    const told = answer?.status === 429 ? (await answer.json().catch(() => ({}))).message : "";
    tell(told || line.dataset.away);
    later = setTimeout(send, patience);
    patience = Math.min(patience * 2, 30000);
    return false;
  }
  patience = 2000;
  queue.set(queue.items.filter((one) => one.id !== id));
  if (!answer.ok) {
    const { message = "", next_step: next = "" } = await answer.json().catch(() => ({}));
    tell(`${message} ${next}`.trim());
    pending()?.remove();
    if (!field.value) field.value = text;
    form.querySelector("[data-waiting]").append(...(rows.get(id) ?? []));
    return true;
  }
  tell("");
  const { place } = await answer.json();
  const waiting = pending();
  if (!connected || !atEnd()) {
    if (!atEnd()) { location.assign(`${room.room}?at=${place}#end`); return true; }
    waiting?.remove();
    await missed();
  } else if (waiting) {
    // The stream brings it in a moment; if not, it is fetched.
    setTimeout(() => { if (pending()) { pending().remove(); missed(); } }, 3000);
  }
  return true;
}
function tell(text) {
  line.textContent = text;
  line.hidden = !text;
}
function settle() {
  for (const one of msgs.querySelectorAll(".msg.pending")) {
    if (!queue.items.some(({ id }) => id === one.dataset.client)) one.remove();
  }
  seen(0);
}

if (form) {
  const grow = () => { field.style.height = "auto"; field.style.height = `${Math.min(field.scrollHeight + 2, 200)}px`; };
  const fine = matchMedia("(pointer: fine)").matches;
  let told = 0;
  try { if (!field.value) field.value = localStorage.getItem(begun) ?? ""; } catch { /* a private window */ }
  grow();
  field.addEventListener("input", () => {
    grow();
    try { field.value ? localStorage.setItem(begun, field.value) : localStorage.removeItem(begun); } catch { /* as above */ }
    if (Date.now() - told > 3000 && field.value) {
      told = Date.now();
      stream?.typing();
    }
  });
  // Enter sends where there is a keyboard, but never the Enter that ends an input method's word.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (!(event.ctrlKey || event.metaKey || (fine && !event.shiftKey))) return;
    event.preventDefault();
    form.requestSubmit();
  });
  // Enter in the words about a picture leads back to the message; it must not press a button.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-waiting] input")) return;
    event.preventDefault();
    if (!event.isComposing && event.keyCode !== 229) field.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text && !form.querySelector("[data-waiting] [data-file]")) return field.focus();
    const one = { id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.slice(0, 40), text, to: Number(form.elements.reply_to.value) || 0 };
    one.files = takeFiles(one.id);
    queue.set([...queue.items, one]);
    if (atEnd()) pend(one);
    field.value = form.elements.reply_to.value = "";
    $("say-to").hidden = true;
    try { localStorage.removeItem(begun); } catch { /* as above */ }
    grow();
    field.focus();
    send();
  });
  for (const one of queue.items) {
    pend(one);
    // What is on its way waits in the message, not beside it.
    for (const { uid } of one.files ?? []) form.querySelector(`[data-file="${CSS.escape(uid)}"]`)?.remove();
  }
  send();
}

// Buttons

document.addEventListener("click", (event) => {
  const open = event.target.closest("details.drop");
  for (const one of document.querySelectorAll("details.drop[open]")) if (one !== open) one.open = false;
  const reply = event.target.closest("[data-reply]");
  if (reply && form) {
    event.preventDefault();
    const message = reply.closest(".msg");
    form.elements.reply_to.value = message.dataset.place;
    $("say-to").hidden = false;
    $("say-to").querySelector("span").textContent = fill($("say-to").dataset.text, { name: message.classList.contains("own") ? room.name : message.querySelector(".msg-who a")?.textContent ?? "" });
    message.querySelector("details.drop").open = false;
    field.focus();
  }
  if (event.target.closest("[data-unreply]") && form) {
    event.preventDefault();
    form.elements.reply_to.value = "";
    $("say-to").hidden = true;
  }
});
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("details.drop[open]");
  if (event.key === "Escape" && open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
msgs.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!/^(un)?react\./.test(button?.value ?? "")) return;
  event.preventDefault();
  const message = button.closest(".msg");
  const answer = await post(msgs.action, { do: button.value }, { "HX-Request": "true" }).catch(() => null);
  if (!answer?.ok) return tell(line.dataset.away);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".msg");
  fresh?.classList.toggle("same", message.classList.contains("same"));
  if (fresh) message.replaceWith(document.adoptNode(fresh));
});
toEnd.addEventListener("click", () => {
  if (!atEnd()) return location.assign(`${room.room}?before=2147483647`);
  down();
  read();
});
addEventListener("scroll", () => { if (near()) read(); }, { passive: true });
document.addEventListener("visibilitychange", read);

// Earlier messages come by themselves, and what one reads stays where it is.
let height = 0;
const further = new IntersectionObserver((seen) => {
  for (const one of seen) if (one.isIntersecting) one.target.querySelector("a")?.click();
}, { rootMargin: "200px" });
const watchOlder = () => { const older = msgs.querySelector(".pager.older"); if (older) further.observe(older); };
msgs.addEventListener("htmx:beforeSwap", (event) => { height = event.target.matches("[data-older]") || event.target.matches(".older") ? page.scrollHeight - page.scrollTop : 0; });
msgs.addEventListener("htmx:afterSettle", () => {
  if (height) page.scrollTop = page.scrollHeight - height;
  height = 0;
  watchOlder();
});

// Begin where one stopped reading, or at the end.
history.scrollRestoration = "manual";
if (!location.hash || location.hash === "#end") {
  const fresh = $("new");
  if (fresh) fresh.scrollIntoView({ block: "center" });
  else down();
}
seen(0);
setTimeout(watchOlder, 400);

const kinds = {
  post: (said) => said.thread === Number(room.number) && come(said),
  change: (said) => said.thread === Number(room.number) && change(said),
  seen: ({ read: upto }) => seen(upto),
  typing,
  here,
  reset: missed,
  hello() { if (!greeted) missed(); greeted = true; send(); },
  gone() {
    tell(line.dataset.gone);
    if (form) form.hidden = true;
  },
};
const stream = room.live
  ? listen({
      url: room.live, token: room.token, pass: room.pass, watch: room.thread,
      hear: (said) => kinds[said.what]?.(said),
      state(on) {
        connected = on;
        document.body.classList.toggle("live", on);
      },
    })
  : null;
// Where the stream cannot be had, the room is looked at now and then.
setInterval(() => { if (!connected && !document.hidden) missed(); }, 30000);
addEventListener("online", () => { missed(); send(); });
