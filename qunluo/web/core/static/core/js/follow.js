// What happens elsewhere shows on the page that is open: the bell, what is unread, new replies.
// The stream only says that something happened; what is shown comes from the server, which asks
// anew who may see it.
import { share } from "./live.js";

const { me, pass } = document.body.dataset;
const fill = (text, names) => text.replace(/\{(\w+)\}/g, (_, name) => names[name]);
const ask = (address) => fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

// The bell

function ring(count) {
  const text = count > 99 ? "99+" : String(count || "");
  for (const link of document.querySelectorAll("[data-bell]")) {
    const { none, some } = link.dataset;
    if (none) link.setAttribute("aria-label", text ? fill(some, { n: text }) : none);
    let mark = link.querySelector(".bell-count");
    if (!text) {
      mark?.remove();
      continue;
    }
    if (!mark) {
      mark = Object.assign(document.createElement("span"), { className: "bell-count" });
      if (none) mark.setAttribute("aria-hidden", "true");
      link.append(mark);
    }
    mark.textContent = text;
  }
}

// Lists: what stands in them changes where it is; what is not in them yet waits behind a button.

const region = () => document.querySelector("[data-fresh]");
const SOON = 400, OFTEN = 1000, SELDOM = 15000;
let timer = 0, done = 0, gap = OFTEN, stale = false, waiting = null;

const mine = (said) => {
  const where = region()?.dataset.fresh;
  return where !== undefined && (!where || where === said.community);
};

function soon(urgent) {
  if (document.hidden) {
    stale = true;
    return;
  }
  if (timer && !urgent) return;
  clearTimeout(timer);
  const pause = urgent ? 0 : Math.max(Math.random() * SOON, done + gap - Date.now());
  timer = setTimeout(refresh, pause);
}

async function refresh() {
  timer = 0;
  stale = false;
  // While much is said, everybody asks more seldom.
  gap = Date.now() - done < 2 * gap ? Math.min(gap * 2, SELDOM) : OFTEN;
  done = Date.now();
  const answer = await ask(location.href);
  if (!answer?.ok || answer.redirected) return;
  const found = (await read(answer)).querySelector("[data-fresh]");
  if (!found || !region()) return;
  const known = new Map([...region().querySelectorAll("[data-key]")].map((one) => [one.dataset.key, one]));
  let fresh = 0;
  for (const row of found.querySelectorAll("[data-key]")) {
    const old = known.get(row.dataset.key);
    if (old) put(old, row.cloneNode(true));
    else fresh += row.matches(".new");
  }
  waiting = fresh ? found : null;
  offer(region().querySelector("[data-offer]"), fresh);
}

function put(old, row) {
  if (old.outerHTML === row.outerHTML) return;
  if (!old.contains(document.activeElement)) return old.replaceWith(row);
  // Whoever stands on it keeps their place; only the mark changes.
  old.className = row.className;
  const mark = row.querySelector(".unread");
  old.querySelector(".unread")?.remove();
  if (mark) old.append(mark);
}

function offer(place, count) {
  const button = place?.querySelector("button");
  if (!button) return;
  const { one, many } = button.dataset;
  if (count) button.querySelector("span").textContent = fill(count === 1 ? one : many, { n: count });
  button.hidden = !count;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-offer] button") || !waiting) return;
  const known = new Set([...region().querySelectorAll("[data-key]")].map((one) => one.dataset.key));
  region().replaceWith(waiting);
  waiting = null;
  window.htmx?.process(region());
  const first = [...region().querySelectorAll("[data-key].new")].find((one) => !known.has(one.dataset.key));
  first?.querySelector("a")?.focus();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && stale) soon(true);
});

// One read it elsewhere: exact, and without asking.
function gone({ community, thread, unread }) {
  for (const row of unread ? [] : document.querySelectorAll(`[data-key="t:${CSS.escape(`${community}/${thread}`)}"]`)) {
    row.classList.remove("new");
    row.querySelector(".unread")?.remove();
  }
}

// A thread: new replies come in where one reads when one asks for them.

const posts = document.querySelector("[data-thread-live]");
const bar = document.querySelector("[data-replies]");
let last = Number(posts?.dataset.last ?? 0), newest = last;

function replied({ community, thread, place, author }) {
  if (!posts || !bar || posts.dataset.threadLive !== `${community}/${thread}` || place <= newest) return;
  newest = place;
  // One's own reply brings a new page along, where it was written.
  if (author.handle === me) setTimeout(offer, 2000, bar, newest - last);
  else offer(bar, newest - last);
}

bar?.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const here = posts.dataset.page;
  // Where one reads further up, the newest is a page away.
  if (posts.querySelector("#on")) return location.assign(`${here}?at=${newest}#p${newest}`);
  button.disabled = true;
  const answer = await ask(`${here}?after=${last}`);
  button.disabled = false;
  if (!answer) return;
  // The page itself says why there is nothing more to read here.
  if (!answer.ok || answer.redirected) return location.reload();
  posts.querySelector("#new")?.remove();
  const found = [...(await read(answer)).body.children].filter((one) => !one.id || !document.getElementById(one.id));
  posts.append(...found);
  window.htmx?.process(posts);
  last = newest = Math.max(newest, ...found.map((one) => Number(one.id.slice(1)) || 0));
  offer(bar, 0);
  const first = found.find((one) => one.matches(".post"));
  if (!first) return;
  first.tabIndex = -1;
  first.focus();
});

const kinds = {
  hello: ({ bell }) => ring(bell),
  bell: ({ count }) => ring(count),
  read(said) {
    gone(said);
    if (mine(said)) soon(true);
  },
  news(said) {
    replied(said);
    if (mine(said)) soon(false);
  },
  anew: () => region() && soon(true),
  reset: () => region() && soon(true),
};
document.addEventListener("live", ({ detail: said }) => kinds[said.what]?.(said));

// A room has a stream of its own, which tells the page all the same.
if (!document.getElementById("room")?.dataset.live) {
  share({ me, pass, state: (on) => document.body.classList.toggle("live", on) });
}
