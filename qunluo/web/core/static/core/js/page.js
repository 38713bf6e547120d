// Small comforts; every page works without them.

// Django's safety token, read from its cookie when a form is sent: signing in elsewhere renewed it,
// and what was typed in this tab must not be lost for that. htmx sends it as a header.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

document.addEventListener("htmx:configRequest", (event) => {
  if (token()) event.detail.headers["X-CSRFToken"] = token();
});

document.addEventListener("submit", (event) => {
  const field = event.target.elements.csrfmiddlewaretoken;
  if (field && token()) field.value = token();
}, true);

// Whoever goes back to a form and sends it again sends it under the same key, so that it acts once,
// also where the browser does not keep the page but loads it anew.
const keyed = () => [...document.forms].filter((form) => form.elements.once);
document.addEventListener("submit", ({ target: form }) => {
  const place = keyed().indexOf(form);
  if (place < 0) return;
  history.replaceState({ ...history.state, once: [place, form.elements.once.value] }, "");
}, true);
if (history.state?.once && performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
  const [place, key] = history.state.once;
  const form = keyed()[place];
  if (form) form.elements.once.value = key;
}

// A form that is sent while it saves itself waits for that: the answer may change what it holds.
const saving = new WeakSet();
document.addEventListener("htmx:beforeRequest", (event) => saving.add(event.target), true);
document.addEventListener("htmx:afterRequest", (event) => saving.delete(event.target), true);
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!saving.has(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.addEventListener("htmx:afterRequest", () => form.requestSubmit(submitter), { once: true });
}, true);

document.addEventListener("htmx:sendError", () => {
  const place = document.getElementById("notices");
  const text = document.body.dataset.offline;
  if (place && text) {
    const notice = document.createElement("div");
    notice.className = "notice warning";
    notice.textContent = text;
    place.replaceChildren(notice);
  }
});

// A slash leads to the search, unless somebody is writing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input,textarea,select,[contenteditable]")) return;
  const field = [...document.querySelectorAll('main input[type="search"], input[type="search"]')]
    .find((one) => one.offsetParent);
  const link = document.querySelector("a[data-find]");
  if (!field && !link) return;
  event.preventDefault();
  if (field) field.select();
  else link.click();
});

async function copy(button) {
  const field = button.parentElement.querySelector("input");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    field?.select();
    document.execCommand("copy");
  }
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 1600);
}

async function share(button) {
  const { title, text, url } = button.dataset;
  try {
    await navigator.share({ title, text, url });
  } catch {
    // Closing the sheet is no error.
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy],[data-share],[data-reload],[data-print]");
  if (!button) return;
  if (button.matches("[data-copy]")) copy(button);
  if (button.matches("[data-share]")) share(button);
  if (button.matches("[data-print]")) print();
  if (button.matches("[data-reload]")) {
    event.preventDefault();
    location.reload();
  }
});

if (navigator.share) {
  for (const button of document.querySelectorAll("[data-share][hidden]")) button.hidden = false;
}

// Ask before what cannot be undone, and send a form once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (event.defaultPrevented || form.matches("[hx-post],[hx-get]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 4000);
}, true);

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A row of tabs that is wider than the screen shows the one we are on.
for (const tab of document.querySelectorAll("nav [aria-current]")) {
  const row = tab.parentElement;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

// What a person typed is not lost by a stray tap: a form that saves itself is saved on the way out,
// any other asks before it is left.
let touched = null;
document.addEventListener("input", (event) => {
  if (event.target.form?.matches("[data-guard]")) touched = event.target.form;
});
document.addEventListener("submit", () => { touched = null; });
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target === touched) touched = null;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches("[data-guard]") && !event.detail.successful) touched = event.target;
});
window.addEventListener("beforeunload", (event) => {
  if (touched && !touched.matches("[hx-post]")) event.preventDefault();
});
window.addEventListener("pagehide", () => {
  if (!touched?.matches("[hx-post]")) return;
  fetch(touched.getAttribute("hx-post"), {
    method: "POST", keepalive: true, body: new FormData(touched),
    headers: { "HX-Request": "true", "X-CSRFToken": token() ?? "" },
  }).catch(() => {});
});

// Whoever is signed in hears what happens while a page is open; when all else is there.
const { follow } = document.body.dataset;
if (follow && window.EventSource) {
  const begin = () => setTimeout(() => import(follow), 1200);
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}

if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/sw.js").then(async (worker) => {
    // Nobody is signed in here any more: the device is told nothing of theirs.
    if (!("visitor" in document.body.dataset)) return;
    await (await worker.pushManager?.getSubscription())?.unsubscribe();
  }).catch(() => {});
}
