// Asks the browser whether it may be told, and tells us where; the page works without it.
const form = document.querySelector("form[data-push]");
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function name() {
  const said = navigator.userAgent;
  const browser = ["Edg", "Firefox", "Chrome", "Safari"].find((one) => said.includes(one)) ?? "";
  const machine = ["iPhone", "iPad", "Android", "Windows", "Mac", "Linux"].find((one) => said.includes(one)) ?? "";
  return [browser === "Edg" ? "Edge" : browser, machine].filter(Boolean).join(" · ");
}

async function ask() {
  const worker = await navigator.serviceWorker.ready;
  const wanted = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) };
  let device;
  try {
    device = await worker.pushManager.subscribe(wanted);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    // Made with another key before: begin anew.
    await (await worker.pushManager.getSubscription())?.unsubscribe();
    device = await worker.pushManager.subscribe(wanted);
  }
  const said = new FormData(form);
  said.set("endpoint", device.endpoint);
  said.set("p256dh", text(device.getKey("p256dh")));
  said.set("auth", text(device.getKey("auth")));
  said.set("name", name());
  const answer = await fetch(form.action, { method: "POST", body: said });
  if (!answer.ok) throw new Error(String(answer.status));
  location.assign((await answer.json()).next);
}

if (form && "serviceWorker" in navigator && "PushManager" in window && window.isSecureContext) {
  form.hidden = false;
  document.querySelector("[data-no-push]").hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const place = form.querySelector("[role=status]");
    place.textContent = "";
    try {
      if (await Notification.requestPermission() !== "granted") place.textContent = form.dataset.refused;
      else await ask();
    } catch {
      place.textContent = form.dataset.failed;
    }
  });
}
