// One stream for a page, or for all pages of one browser: it comes back by itself and goes on
// where it was.
const FIRST = 1000, LONGEST = 30000, FRESH = 8 * 60 * 1000, HIDDEN = 60 * 1000;

function connect({ url, token, pass, watch = 0, last = "", hear, state }) {
  let source = null, pause = FIRST, waiting = 0, fetched = Date.now(), over = false, wanted = false;

  const open = () => {
    const ask = new URLSearchParams({ token, watch });
    if (last) ask.set("last", last);
    source = new EventSource(`${url}stream?${ask}`);
    source.onmessage = ({ data, lastEventId }) => {
      if (lastEventId) last = lastEventId;
      const said = JSON.parse(data);
      if (said.what === "hello") {
        pause = FIRST;
        state(true);
      }
      hear(said, last);
    };
    source.onerror = () => {
      close();
      token = ""; // it may be what was refused
      state(false);
      again();
    };
  };
  const close = () => {
    source?.close();
    source = null;
  };
  const renew = async () => {
    const answer = await fetch(pass, { headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 403) over = true;
    if (answer.redirected || !answer.ok) throw new Error(answer.status);
    ({ url, token } = await answer.json());
    fetched = Date.now();
  };
  const start = async () => {
    clearTimeout(waiting);
    waiting = 0;
    wanted = true;
    if (source || over) return;
    try {
      if (!token || Date.now() - fetched > FRESH) await renew();
      if (wanted && !source) open();
    } catch {
      again();
    }
  };
  const again = () => {
    if (over || waiting || !wanted) return;
    waiting = setTimeout(start, pause + Math.random() * 500);
    pause = Math.min(pause * 2, LONGEST);
  };
  const stop = () => {
    clearTimeout(waiting);
    waiting = 0;
    wanted = false;
    close();
    state(false);
  };
  return {
    start,
    stop,
    async typing() {
      if (!source) return;
      if (Date.now() - fetched > FRESH) await renew();
      const ask = new URLSearchParams({ token, watch });
      fetch(`${url}typing?${ask}`, { method: "POST", mode: "cors" }).catch(() => {});
    },
  };
}

// A tab that nobody looks at for a while lets go of its connection.
function whileSeen(start, stop) {
  let hiding = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(stop, HIDDEN);
    else start();
  });
  addEventListener("online", start);
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) start(); });
  start();
}

// Every frame is told to the rest of the page as well: bell and counters are on each.
const spread = (said) => document.dispatchEvent(new CustomEvent("live", { detail: said }));

// A page that looks at one thread has a stream of its own.
export function listen({ hear, ...more }) {
  const own = connect({ ...more, hear: (said) => { hear(said); spread(said); } });
  whileSeen(own.start, own.stop);
  return own;
}

// All other pages of a browser share one: whoever holds the lock listens, and tells the others.
// From page to page it goes on where it was, so that nothing falls between two of them.
const KEPT = 10 * 60 * 1000;
export function share({ me, pass, state }) {
  const name = `qunluo:live:${me}`;
  const others = window.BroadcastChannel && navigator.locks ? new BroadcastChannel(name) : null;
  let release = null, asked = null, own = null;

  const kept = () => {
    try {
      const { last, at } = JSON.parse(localStorage.getItem(name)) ?? {};
      return Date.now() - at < KEPT ? last : "";
    } catch {
      return "";
    }
  };
  const keep = (last) => {
    try {
      localStorage.setItem(name, JSON.stringify({ last, at: Date.now() }));
    } catch { /* a private window */ }
  };
  const made = () => connect({
    pass, state, last: kept(),
    hear(said, last) {
      if (last) keep(last);
      spread(said);
      others?.postMessage(said);
    },
  });
  if (others) {
    others.onmessage = ({ data: said }) => {
      if (said.what === "anybody?") {
        if (own) others.postMessage({ what: "here?" });
        return;
      }
      state(true);
      spread(said);
    };
  }
  const start = async () => {
    if (!others) {
      own ??= made();
      own.start();
      return;
    }
    if (asked) {
      own?.start();
      return;
    }
    asked = new AbortController();
    others.postMessage({ what: "anybody?" });
    await navigator.locks.request(name, { signal: asked.signal }, () => new Promise((done) => {
      own = made();
      own.start();
      release = done;
    })).catch(() => {});
  };
  const stop = () => {
    own?.stop();
    if (!others) return;
    own = null;
    asked?.abort();
    release?.();
    asked = release = null;
  };
  whileSeen(start, stop);
}
