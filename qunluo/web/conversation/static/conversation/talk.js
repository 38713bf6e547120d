// Writing and reacting; every page works without it.
const composing = (event) => event.isComposing || event.keyCode === 229;

// Ctrl or ⌘ with Enter sends, but never the Enter that ends an input method's word.
document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (event.key !== "Enter" || !form?.matches("[data-write]") || composing(event)) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.target.matches("input:not([type=submit],[type=checkbox],[type=radio])")) {
    event.preventDefault();
    form.elements.source.focus();
  }
});

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
