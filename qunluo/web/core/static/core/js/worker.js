// Keeps the offline page and the static files of this version; never a page of a person.
const NAME = "qunluo-1";
const KEPT = ["/offline/"];

// Styles and icon have other names in every version, so the page itself says which it needs.
async function keep() {
  const cache = await caches.open(NAME);
  await cache.addAll(KEPT.map((path) => new Request(path, { cache: "reload" })));
  const text = await (await cache.match(KEPT[0])).text();
  const parts = [...text.matchAll(/rel="(?:stylesheet|icon)" href="([^"]+)"/g)];
  await cache.addAll(parts.map((found) => found[1]));
}

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match("/offline/")) || Response.error();
  }
}

async function still(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(NAME)).put(request, answer.clone());
    return answer;
  } catch {
    return (await caches.match(request)) || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/") || address.pathname.startsWith("/theme/")) {
    event.respondWith(still(request));
  }
});

// What calls for a person while the page is closed; one notice a thing, the newer replaces the older.
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const shown = {
    body: said.body, tag: said.tag, renotify: Boolean(said.tag), lang: said.language,
    icon: "/icon-192.png", badge: "/icon-192.png", data: { url: said.url },
  };
  event.waitUntil(self.registration.showNotification(said.title || "Qunluo", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data?.url || "/me/notices/", self.location.origin);
  if (address.origin !== self.location.origin) return;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window" });
    const found = open.find((one) => new URL(one.url).origin === address.origin);
    if (!found) return self.clients.openWindow(address.href);
    await found.focus();
    return found.navigate(address.href);
  })());
});
