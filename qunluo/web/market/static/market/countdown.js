// The last day of a campaign, second by second; before that the page says it in words.
const DAY = 86_400_000;
const two = (number) => String(number).padStart(2, "0");

const tick = () => {
  for (const place of document.querySelectorAll("[data-until]")) {
    const left = new Date(place.dataset.until) - Date.now();
    if (left <= 0 || left >= DAY) continue;
    const seconds = Math.floor(left / 1000);
    place.textContent = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
      .map((part) => two(Math.floor(part))).join(":");
  }
};

tick();
setInterval(tick, 1000);
