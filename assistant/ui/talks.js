// The list of conversations and the thread: clicks become errands, other tabs' changes a pulse.
(() => {
  const told = window.ctAssistant;
  const box = (name) => document.querySelector(`#${name} textarea, #${name} input`);
  let count = 0;

  function put(name, value) {
    const found = box(name);
    if (!found) return false;
    found.value = value;
    found.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }
  const send = (verb, target, text = "") => put("errand", `${++count}|${verb}|${target}|${text}`);

  const target = (button) =>
    [...button.classList].find((name) => name.startsWith("of-"))?.slice(3) ?? "";

  function rename(row, typed) {
    const button = row.querySelector(".open");
    const input = document.createElement("input");
    input.className = "name";
    input.maxLength = 60;
    input.value = typed ?? button.textContent;
    input.setAttribute("aria-label", told.rename);
    row.classList.add("renaming");
    button.after(input);
    input.focus();
    if (typed === undefined) input.select();
    let over = false;
    const end = (keep) => {
      if (over) return;
      over = true;
      const name = input.value.trim();
      row.classList.remove("renaming");
      input.remove();
      if (keep && name && name !== button.textContent) send("rename", row.dataset.id, name);
    };
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
    });
    // The list may be drawn anew meanwhile: then it is not the person who left the box.
    input.addEventListener("blur", () => setTimeout(() => {
      if (input.isConnected) return end(true);
      const anew = document.querySelector(`.talk[data-id="${row.dataset.id}"]`);
      if (!over && anew) rename(anew, input.value);
    }));
  }

  function doubt(row) {
    const asked = document.createElement("div");
    asked.className = "sure";
    const words = document.createElement("span");
    words.textContent = told.deleteSure;
    asked.append(words);
    for (const [text, act] of [
      [told.delete, () => send("delete", row.dataset.id)], [told.cancel, () => {}],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => { asked.remove(); act(); });
      asked.append(button);
    }
    row.append(asked);
    asked.querySelector("button").focus();
  }

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("button");
    if (!pressed) return;
    const row = pressed.closest(".talk");
    if (row) {
      if (pressed.matches(".open")) {
        send("open", row.dataset.id);
        peek(false);
      }
      if (pressed.matches(".rename")) rename(row);
      if (pressed.matches(".delete")) doubt(row);
    } else if (pressed.matches("#chat .again")) send("again", target(pressed));
    else if (pressed.matches(".suggest")) {
      pressed.disabled = true;  // until the row is drawn anew
      send("ask", "", pressed.dataset.ask);
    }
    else if (pressed.matches(".edit")) {
      send("edit", target(pressed));
      box("question")?.focus();
    } else if (pressed.matches("#advanced")) {
      document.querySelector("#right").classList.toggle("advanced");
    } else if (pressed.matches("#list")) {
      if (narrow.matches) return peek(!sidebar().matches(".peek"));
      localStorage.ctList = localStorage.ctList === "0" ? "1" : "0";
      fold();
    }
  });
  // On half a screen the list lies over the film; there it is closed until called for.
  const narrow = matchMedia("(max-width: 1100px)");
  const sidebar = () => document.querySelector("#sidebar");
  const peek = (wanted) => sidebar()?.classList.toggle("peek", wanted);
  narrow.addEventListener("change", () => peek(false));
  const fold = () => document.body?.classList.toggle("nolist", localStorage.ctList === "0");
  document.addEventListener("DOMContentLoaded", fold);

  // This tab's conversation is found again after a reload, of the page or of the program.
  let remembered = false;
  function remember() {
    const list = document.querySelector("#talks .talks");
    if (!list || !remembered && !list.dataset.open && sessionStorage.ctTalk) return;
    remembered = true;
    sessionStorage.ctTalk = list.dataset.open;
  }
  let start = "";
  let last = "";
  async function beat() {
    remember();
    if (document.hidden) return;
    let word = "";
    try {
      const answer = await fetch("pulse");
      if (answer.status === 401) return location.reload();
      if (!answer.ok) return;
      word = await answer.text();
    } catch { return; }
    const [boot] = word.split("-");
    if (start && boot !== start) return location.reload();
    start = boot;
    // The first one too: something may have changed since the page was drawn.
    if (word !== last && put("pulse", word)) last = word;
  }
  setInterval(beat, 1000);
  document.addEventListener("visibilitychange", beat);
})();
