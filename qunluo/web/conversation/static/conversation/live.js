// One stream for a page: it comes back by itself and goes on where it was.
const FIRST = 1000, LONGEST = 30000, FRESH = 8 * 60 * 1000, HIDDEN = 60 * 1000;

export function listen({ url, token, pass, watch, hear, state }) {
  let source = null, last = "", pause = FIRST, waiting = 0, hiding = 0, fetched = Date.now(), over = false;

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
      hear(said);
    };
    source.onerror = () => {
      close();
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
  const now = async () => {
    clearTimeout(waiting);
    waiting = 0;
    if (source || over) return;
    try {
      await renew();
      open();
    } catch {
      again();
    }
  };
  const again = () => {
    if (over || waiting) return;
    waiting = setTimeout(() => { waiting = 0; now(); }, pause + Math.random() * 500);
    pause = Math.min(pause * 2, LONGEST);
  };
  // A tab that nobody looks at for a while lets go of its connection.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(() => { close(); state(false); }, HIDDEN);
    else if (!source) now();
  });
  addEventListener("online", now);
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) now(); });
  if (url && token) open();

  return {
    async typing() {
      if (!source) return;
      if (Date.now() - fetched > FRESH) await renew();
      const ask = new URLSearchParams({ token, watch });
      fetch(`${url}typing?${ask}`, { method: "POST", mode: "cors" }).catch(() => {});
    },
  };
}
