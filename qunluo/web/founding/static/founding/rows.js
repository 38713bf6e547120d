// "One more" adds a row at once; without this script the page saves and comes back with one.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rows] > button");
  if (!button) return;
  event.preventDefault();
  const rows = button.parentElement.querySelectorAll(".form-row");
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  const number = rows.length + 1;
  for (const part of row.querySelectorAll("[name]")) {
    const [field, , column] = part.name.split(".");
    part.name = part.id = `${field}.${number}.${column}`;
    part.value = "";
    part.previousElementSibling?.setAttribute("for", part.id);
  }
  last.after(row);
  row.querySelector("[name]").focus();
});
