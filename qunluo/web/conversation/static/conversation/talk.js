// Writing and reacting; every page works without it.
import { tell, token } from "./beside.js";

const composing = (event) => event.isComposing || event.keyCode === 229;
const words = (form) => form.elements.source;
const me = document.querySelector("form[data-queue]")?.dataset.queue ?? "";
const changed = (form) => words(form).dispatchEvent(new Event("input", { bubbles: true }));

// Ctrl or ⌘ with Enter sends, but never the Enter that ends an input method's word.
document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (event.key !== "Enter" || !form?.matches("[data-write]") || composing(event)) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.target.matches("input:not([type=submit],[type=checkbox],[type=radio])")) {
    event.preventDefault();
    words(form).focus();
  }
});

// Formatting, for whoever does not know the signs.
function put(field, text, from, to) {
  field.focus();
  field.setSelectionRange(from, to);
  // Inserted as if typed, so that it can be undone.
  if (!document.execCommand("insertText", false, text)) field.setRangeText(text, from, to, "end");
}
document.addEventListener("click", (event) => {
  const tool = event.target.closest("[data-wrap],[data-line],[data-link]");
  const field = tool?.closest("form")?.elements.source;
  if (!field) return;
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  if (tool.dataset.wrap) {
    const sign = tool.dataset.wrap;
    put(field, sign + chosen + sign, from, to);
    field.setSelectionRange(from + sign.length, from + sign.length + chosen.length);
  } else if (tool.dataset.line) {
    const start = value.lastIndexOf("\n", from - 1) + 1;
    put(field, value.slice(start, to).replace(/^/gm, tool.dataset.line), start, to);
  } else {
    put(field, `[${chosen}](https://)`, from, to);
    const at = from + chosen.length + 3;
    field.setSelectionRange(at, at + 8);
  }
});
// A product that was looked for goes into the field for it, or into the text as a link.
document.addEventListener("click", (event) => {
  const ware = event.target.closest("[data-ware]");
  const form = ware?.closest("form");
  if (!form) return;
  const { ware: uid, title, there } = ware.dataset;
  const { source, product } = form.elements;
  const told = form.querySelector("[data-chosen]");
  if (product) {
    product.value = uid;
    told.textContent = told.dataset.said.replace("…", () => title);
    told.hidden = false;
  } else {
    const at = source.selectionEnd;
    put(source, `${at && !/\s$/.test(source.value.slice(0, at)) ? "\n\n" : ""}[${title.replace(/[[\]\\]/g, "")}](${there})`, at, at);
  }
  source.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("[data-wares] input")) event.preventDefault();
});
for (const tool of document.querySelectorAll("[data-wrap],[data-line],[data-link],[data-wares]")) tool.hidden = false;

// Once asked for, the preview follows what is typed; asked for again it goes.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=preview]");
  const form = button?.form;
  if (!form?.matches("[data-write]") || !form.dataset.previewing) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  delete form.dataset.previewing;
  button.setAttribute("aria-pressed", "false");
  form.querySelector("#preview").replaceChildren();
}, true);
document.addEventListener("htmx:afterRequest", (event) => {
  const button = event.target.closest?.("button[name=preview]");
  if (!button?.form?.matches("[data-write]") || !event.detail.successful) return;
  button.form.dataset.previewing = "1";
  button.setAttribute("aria-pressed", "true");
});
let soon;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.previewing || event.target.name !== "source") return;
  clearTimeout(soon);
  soon = setTimeout(async () => {
    const body = new FormData(form);
    body.delete("files");
    body.set("preview", "1");
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok && form.dataset.previewing) form.querySelector("#preview").innerHTML = await answer.text();
  }, 500);
});

// Words chosen in a post can be quoted.
const reply = document.getElementById("reply");
const bubble = document.querySelector("[data-quote]");
if (reply && bubble) {
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    const of = (node) => (node?.nodeType === 1 ? node : node?.parentElement)?.closest(".post-text");
    const text = chosen.isCollapsed ? null : of(chosen.anchorNode);
    bubble.hidden = !text || text !== of(chosen.focusNode) || !text.closest(".post");
    if (bubble.hidden) return;
    const box = chosen.getRangeAt(0).getBoundingClientRect();
    bubble.style.setProperty("top", `${box.bottom + scrollY + 6}px`);
    bubble.style.setProperty("left", `${Math.max(8, Math.min(box.left + scrollX, innerWidth - 120))}px`);
  });
  bubble.addEventListener("pointerdown", (event) => event.preventDefault());
  bubble.addEventListener("click", () => {
    const chosen = getSelection();
    const post = chosen.anchorNode.parentElement.closest(".post");
    const field = words(reply);
    const begun = field.value && !field.value.endsWith("\n") ? `${field.value}\n\n` : field.value;
    field.value = `${begun}${chosen.toString().trim().replace(/^/gm, "> ")}\n\n`;
    reply.elements.reply_to.value = post.id.slice(1);
    chosen.removeAllRanges();
    field.focus();
    changed(reply);
  });
}

// Sending: without a connection the message waits here under its own id and goes out once.
const KEY = `unsent:${me}`;
const waiting = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
};
const keep = (all) => {
  if (all.length) localStorage.setItem(KEY, JSON.stringify(all));
  else localStorage.removeItem(KEY);
};
const id = () => crypto.randomUUID?.() ?? Math.random().toString(36).slice(2) + Date.now().toString(36);

async function send(action, fields) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  return fetch(action, { method: "POST", body, headers: { "X-Sent": "1", "X-CSRFToken": token() } });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (event.defaultPrevented || !form.matches("[data-write][data-queue]") || button?.name) return;
  event.preventDefault();
  const body = new FormData(form);
  body.delete("files");
  const fields = [...body].filter(([name]) => name !== "csrfmiddlewaretoken");
  const message = { action: form.action, fields, title: document.title, at: Date.now() };
  try {
    const answer = await send(form.action, fields);
    const place = answer.headers.get("X-Place");
    if (place) {
      const here = new URL(place, location);
      if (here.pathname === location.pathname && here.search === location.search) {
        location.hash = here.hash;
        location.reload();
      } else location.assign(place);
    } else form.submit(); // shows what was refused
  } catch {
    keep([...waiting(), message]);
    form.reset();
    words(form).value = "";
    form.elements.client_id.value = id();
    delete form.dataset.sent;
    tell(form, "offline");
    show();
  }
});

// What waits stands above the composer, so that nobody thinks it lost.
function show() {
  const place = document.querySelector("[data-unsent]");
  if (!place) return;
  const mine = waiting().filter((one) => one.action === document.querySelector("[data-queue]")?.action);
  place.replaceChildren(...mine.map((one) => {
    const row = document.createElement("p");
    row.className = "notice info unsent";
    row.textContent = `⏳ ${one.fields.find(([name]) => name === "source")?.[1] ?? ""}`;
    return row;
  }));
}

let busy = false;
async function sendWaiting() {
  if (busy || !waiting().length) return;
  busy = true;
  // Of several tabs one sends; where that cannot be arranged, the id of the message decides.
  const alone = navigator.locks ? (run) => navigator.locks.request("unsent", run) : (run) => run();
  await alone(async () => {
    for (const one of waiting()) {
      let answer;
      try {
        answer = await send(one.action, one.fields);
      } catch {
        break;
      }
      const signIn = answer.redirected && !answer.headers.get("X-Place");
      if (answer.status >= 500 || answer.status === 429 || signIn) break;
      if (!answer.ok) {
        // Refused for good: the words go back where they can be changed.
        const form = document.querySelector("[data-queue]");
        const said = one.fields.find(([name]) => name === "source")?.[1] ?? "";
        if (form?.action !== one.action) continue;
        words(form).value = said;
      }
      keep(waiting().filter((other) => other.at !== one.at));
      const place = answer.headers.get("X-Place");
      if (place && document.querySelector("[data-queue]")?.action === one.action) location.assign(place);
    }
  });
  busy = false;
  show();
}
addEventListener("online", sendWaiting);
setInterval(sendWaiting, 20_000);
show();
sendWaiting();

// Until the server has kept a draft, this browser does: a crash or a dead battery loses nothing.
for (const form of document.querySelectorAll("form[data-write]")) {
  const place = `draft:${me}:${form.action}`;
  const field = words(form);
  const saved = localStorage.getItem(place);
  if (saved && !field.value) {
    field.value = saved;
    changed(form);
  }
  field.addEventListener("input", () => localStorage.setItem(place, field.value));
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target === form && event.detail.successful) localStorage.removeItem(place);
  });
  form.addEventListener("submit", () => localStorage.removeItem(place));
}

// A reaction changes its post in place.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!event.target.matches("[data-acts]") || !/^(un)?react\./.test(button?.value ?? "")) return;
  event.preventDefault();
  const post = button.closest(".post");
  const place = post.id;
  window.htmx
    .ajax("POST", event.target.action, { target: post, swap: "outerHTML", values: { do: button.value } })
    .then(() => document.querySelector(`#${place} .post-acts button, #${place} .post-acts summary`)?.focus());
}, true);

// A menu closes when one goes on elsewhere, or with Escape.
const shut = (except) => {
  for (const open of document.querySelectorAll("details.drop[open]")) if (open !== except) open.open = false;
};
document.addEventListener("click", (event) => shut(event.target.closest("details.drop")));
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("details.drop[open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// A moment named in an episode starts its recording there.
document.addEventListener("click", (event) => {
  const moment = event.target.closest("[data-seek]");
  const player = document.querySelector("[data-player]");
  if (!moment || !player) return;
  event.preventDefault();
  player.currentTime = Number(moment.dataset.seek);
  player.play();
  player.scrollIntoView({ block: "center" });
});
