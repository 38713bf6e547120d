// Files beside what one writes: chosen, pasted, dropped or recorded, they are kept at once.
export const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
export const tell = (place, what) => {
  const line = place?.querySelector("[data-told]");
  if (line) line.textContent = what ? line.dataset[what] : "";
};

async function add(place, files) {
  const sent = new FormData();
  for (const file of files) sent.append("files", file);
  if (place.dataset.thread) sent.append("thread", place.dataset.thread);
  tell(place, "sending");
  try {
    const answer = await fetch(place.dataset.beside, {
      method: "POST", body: sent, headers: { "X-CSRFToken": token(), "HX-Request": "true" },
    });
    if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
    const list = place.querySelector("[data-waiting]");
    for (const old of list.querySelectorAll(".refused")) old.remove();
    list.insertAdjacentHTML("beforeend", await answer.text());
    tell(place, "");
    list.querySelector("li:last-child input[name^=alt]")?.focus({ preventScroll: true });
  } catch {
    tell(place, "lost");
  }
}

const beside = (node) => node?.closest?.("form")?.querySelector("[data-beside]");

document.addEventListener("change", (event) => {
  if (event.target.name !== "files") return;
  const place = event.target.closest("[data-beside]");
  const files = [...event.target.files];
  if (!place || !files.length) return;
  event.target.value = "";
  add(place, files);
});

document.addEventListener("paste", (event) => {
  const place = beside(event.target);
  const files = [...(event.clipboardData?.files ?? [])];
  if (!place || !files.length) return;
  event.preventDefault();
  add(place, files);
});

const bringsFiles = (event) => event.dataTransfer?.types.includes("Files") && beside(event.target);
document.addEventListener("dragover", (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  event.target.closest("form").classList.add("dropping");
});
document.addEventListener("dragleave", (event) => event.target.closest?.("form")?.classList.remove("dropping"));
document.addEventListener("drop", (event) => {
  const place = bringsFiles(event);
  if (!place) return;
  event.preventDefault();
  event.target.closest("form").classList.remove("dropping");
  add(place, [...event.dataTransfer.files]);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-drop]");
  if (!button) return;
  event.preventDefault();
  const answer = await fetch(button.dataset.drop, {
    method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" },
  }).catch(() => null);
  if (answer && (answer.ok || answer.status === 404)) button.closest("li").remove();
  else tell(button.closest("[data-beside]"), "lost");
});

// A voice message: one tap begins, the next ends and adds it.
const can = window.isSecureContext && navigator.mediaDevices && window.MediaRecorder;
for (const button of document.querySelectorAll("[data-record]")) {
  if (!can) continue;
  button.hidden = false;
  let recorder = null;
  const name = button.getAttribute("aria-label");
  button.addEventListener("click", async () => {
    if (recorder) return recorder.stop();
    const place = button.closest("[data-beside]");
    let voice;
    try {
      voice = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      return tell(place, "mute");
    }
    const parts = [];
    recorder = new MediaRecorder(voice);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      for (const track of voice.getTracks()) track.stop();
      const type = recorder.mimeType.split(";")[0] || "audio/webm";
      recorder = null;
      button.classList.remove("on");
      button.setAttribute("aria-label", name);
      if (parts.length) add(place, [new File(parts, "voice", { type })]);
    });
    recorder.start();
    button.classList.add("on");
    button.setAttribute("aria-label", button.dataset.recording);
  });
}
