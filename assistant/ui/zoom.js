// The film enlarged, in the browser alone: the model gets the whole picture, and the film says so.
// Shift (or Ctrl) with the wheel, or the buttons; dragging with Shift, or the middle button, moves it.
(() => {
  const MOST = 8;
  const STEP = 1.25;
  const whole = { by: 1, aside: 0, down: 0 };
  let now = whole;
  let pulled = null;
  const within = (value, most) => Math.min(most, Math.max(-most, value));
  const film = () => document.querySelector("#stage");
  const onFilm = (event) => event.target.closest?.("#stage .stage:not(.empty)");
  const onPicture = (event) => event.target.closest?.("#stage img");

  function show({ by, aside, down }) {
    const place = film();
    const box = place.getBoundingClientRect();
    now = {
      by,
      aside: within(aside, (box.width * (by - 1)) / 2),
      down: within(down, (box.height * (by - 1)) / 2),
    };
    place.style.setProperty("--zoom", now.by);
    place.style.setProperty("--aside", `${now.aside}px`);
    place.style.setProperty("--down", `${now.down}px`);
    place.classList.toggle("zoomed", now.by > 1);
  }

  // What lies under the pointer stays there; without one, what lies in the middle.
  function grow(times, pointer) {
    const by = Math.min(MOST, Math.max(1, now.by * times));
    const box = film().getBoundingClientRect();
    const x = pointer ? pointer.clientX - box.left - box.width / 2 : 0;
    const y = pointer ? pointer.clientY - box.top - box.height / 2 : 0;
    const rate = by / now.by;
    show({ by, aside: x - (x - now.aside) * rate, down: y - (y - now.down) * rate });
  }

  // Before the wheel turns the pages and dragging sets the window.
  document.addEventListener("wheel", (event) => {
    if (!(event.shiftKey || event.ctrlKey || event.metaKey) || !onFilm(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const towards = event.deltaY || event.deltaX;  // some browsers turn it sideways with Shift
    if (towards) grow(towards < 0 ? STEP : 1 / STEP, event);
  }, { capture: true, passive: false });

  const noWindow = () => document.querySelector("#level input[type=range]")?.disabled;
  document.addEventListener("pointerdown", (event) => {
    if (now.by === 1 || !onPicture(event)) return;
    const pulls = event.button === 1 || event.button === 0 && (event.shiftKey || noWindow());
    if (!pulls) return;
    event.preventDefault();
    event.stopPropagation();
    pulled = { x: event.clientX, y: event.clientY };
    film().classList.add("pulled");
  }, true);
  document.addEventListener("pointermove", (event) => {
    if (!pulled) return;
    if (!event.buttons) return release();
    const { by, aside, down } = now;
    show({ by, aside: aside + event.clientX - pulled.x, down: down + event.clientY - pulled.y });
    pulled = { x: event.clientX, y: event.clientY };
  });
  function release() {
    pulled = null;
    film()?.classList.remove("pulled");
  }
  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", release);

  document.addEventListener("dblclick", (event) => {
    if (onPicture(event)) show(whole);
  });
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("#stage .zoom button");
    if (!pressed) return;
    if (pressed.matches(".off")) show(whole);
    else grow(pressed.matches(".in") ? STEP : 1 / STEP);
  });
  window.addEventListener("resize", () => { if (now.by > 1) show(now); });

  // Through the slices, frames and windows of a series it stays; something else is shown whole.
  let of = "";
  const watch = setInterval(() => {
    if (!film()) return;
    clearInterval(watch);
    new MutationObserver(() => {
      const series = film().querySelector(".stage")?.dataset.of ?? "";
      if (series === of) return;
      of = series;
      show(whole);
    }).observe(film(), { childList: true, subtree: true });
  }, 200);
})();
