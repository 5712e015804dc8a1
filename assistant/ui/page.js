// What the page does by itself: language, files on their way in, the mouse over the picture.
(() => {
  const told = window.ctAssistant;

  // Gradio follows the browser's language; this page is Chinese in every browser.
  for (const [name, value] of [["language", "zh-CN"], ["languages", ["zh-CN", "zh"]]]) {
    Object.defineProperty(navigator, name, { get: () => value, configurable: true });
  }

  // As the person chose here before, else as the settings say.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => localStorage.ctDark
    ? localStorage.ctDark === "1"
    : told.look === "dark" || (told.look === "system" && system.matches);
  const dress = () => document.body?.classList.toggle("dark", isDark());
  system.addEventListener("change", dress);
  document.addEventListener("DOMContentLoaded", () => {
    dress();
    new MutationObserver(() => {
      if (document.body.classList.contains("dark") !== isDark()) dress();
    }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    let due = 0;
    new MutationObserver(() => {
      due ||= requestAnimationFrame(() => { due = 0; translateToasts(); relabel(); });
    }).observe(document.body, { childList: true, subtree: true });
  });

  function say(text) {
    const note = document.createElement("div");
    note.className = "say";
    note.setAttribute("role", "status");
    note.textContent = text;
    document.body.append(note);
    setTimeout(() => note.remove(), 6000);
  }

  // Messages of the framework itself exist in English only.
  function translateToasts() {
    for (const part of document.querySelectorAll(".toast-title, [data-testid=toast-text]")) {
      const text = part.textContent.trim();
      if (!text || /[\u4e00-\u9fff]/.test(text)) continue;
      settle();  // a file that could not be sent is not being read
      if (part.classList.contains("toast-title")) part.textContent = told.notice;
      else if (/was lost|reconnecti/i.test(text)) part.textContent = told.lost;
      else if (/re-?connected|re-?established|restored/i.test(text)) part.textContent = told.back;
      else part.textContent = told.failed;
    }
  }

  // Names for those who listen to the page instead of looking at it.
  function relabel() {
    for (const part of document.querySelectorAll("[aria-label]")) {
      const name = part.getAttribute("aria-label");
      for (const [from, to] of told.labels) {
        if (name.startsWith(from)) part.setAttribute("aria-label", to || name.slice(from.length));
      }
    }
  }

  // Files: whole folders may be dropped; for the viewer, names are replaced before anything
  // leaves the browser, since a file's name is often the patient's.
  const zones = [
    { area: "#desk", input: "#dropzone input[type=file]", most: told.maxFiles,
      refusal: told.tooMany, rename: true },
    { area: "#tab-batch", input: "#batch-files input[type=file]", most: told.maxBatchUploads,
      refusal: told.tooManyForBatch },
  ];
  const byName = new Intl.Collator("zh-CN", { numeric: true });  // IM2 before IM10
  const zoneOf = (target) => zones.find((zone) => target.closest?.(zone.area));

  function accepted(files, zone) {
    if (files.length > zone.most) return say(zone.refusal.replace("{files}", zone.most));
    if (files.some((file) => file.size > told.maxMb * 2 ** 20)) {
      return say(told.tooLarge.replace("{mb}", told.maxMb));
    }
    // Not randomUUID, which a page over plain HTTP from another machine does not have.
    const stamp = crypto.getRandomValues(new Uint32Array(1))[0].toString(16);
    const transfer = new DataTransfer();
    if (zone.rename) files.sort((one, other) => byName.compare(one.name, other.name));
    files.forEach((file, i) => {
      transfer.items.add(zone.rename ? new File([file], `${i + 1}-${stamp}`) : file);
    });
    document.querySelector("#stage")?.classList.toggle("busy", Boolean(zone.rename));
    return transfer.files;
  }

  // A file of a folder is named by its way there: in every folder there may be an IM1.
  // What the browser cannot read, such as a path too long for it, is counted; the rest is opened.
  const unpack = (entry, lost) => contents(entry, lost).catch(() => (lost.push(entry), []));
  async function contents(entry, lost) {
    if (entry.isFile) {
      const file = await new Promise((done, fail) => entry.file(done, fail));
      const way = entry.fullPath.slice(1).replaceAll("/", "／");
      return [way === file.name ? file : new File([file], way, { type: file.type })];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) break;
      for (const inner of some) found.push(...(await unpack(inner, lost)));
    }
    return found.filter((file) => !file.name.split("／").pop().startsWith("."));
  }

  document.addEventListener("change", (event) => {
    const input = event.target;
    const zone = input.type === "file" && zoneOf(input);
    if (!zone || input.dataset.ready) return;
    const files = accepted([...input.files], zone);
    if (files) input.files = files;
    else { input.value = ""; event.stopPropagation(); }
  }, true);

  // Text that is dragged, into the question for one, is the browser's own affair.
  const carriesFiles = (event) => event.dataTransfer?.types?.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  }, true);
  document.addEventListener("dragenter", (event) => mark(event, true), true);
  document.addEventListener("dragleave", (event) => mark(event, false), true);
  function mark(event, over) {
    if (!carriesFiles(event) || (!over && event.relatedTarget)) return;
    document.body.classList.toggle("dragging", over);
  }

  document.addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    mark(event, false);
    document.body.classList.remove("dragging");
    const zone = zoneOf(event.target);
    if (!zone) return;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
    const plain = [...event.dataTransfer.files];
    const input = document.querySelector(zone.input);
    let files = plain;
    if (entries.length && entries.every(Boolean)) {
      const lost = [];
      files = (await Promise.all(entries.map((entry) => unpack(entry, lost)))).flat();
      if (lost.length) say(told.unreadable.replace("{count}", lost.length));
    }
    const ready = input && files.length && accepted(files, zone);
    if (!ready) return;
    input.dataset.ready = "1";
    input.files = ready;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    delete input.dataset.ready;
  }, true);

  // A question asked before a new picture is there would be about the former one.
  const reading = () => document.querySelector("#stage.busy");
  function wait(event) {
    event.preventDefault();
    event.stopPropagation();
    say(told.stillReading);
  }
  document.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (sends && event.target.closest?.("#question") && reading()) wait(event);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#send, .suggest") && reading()) wait(event);
  }, true);

  // The picture: the wheel turns the pages, dragging sets the window, as on a workstation.
  const bar = (name) => document.querySelector(`#${name} input[type=range]`);
  function move(name, by) {
    const input = bar(name);
    if (!input || input.disabled || !input.offsetParent) return;
    const wanted = Math.min(+input.max, Math.max(+input.min, Math.round(+input.value + by)));
    if (wanted === +input.value) return;
    input.value = wanted;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.addEventListener("wheel", (event) => {
    if (!event.target.closest?.("#stage .stage:not(.empty)")) return;
    event.preventDefault();
    const name = bar("slice")?.offsetParent ? "slice" : "frame";
    move(name, Math.sign(event.deltaY));
  }, { passive: false });
  let held = null;
  document.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.target.closest?.("#stage img")) return;
    event.preventDefault();
    held = { x: event.clientX, y: event.clientY };
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const pace = Math.max(1, (+bar("width")?.value || 0) / 400);
    move("width", (event.clientX - held.x) * pace);
    move("level", (event.clientY - held.y) * pace);
    held = { x: event.clientX, y: event.clientY };
  });
  document.addEventListener("pointerup", () => { held = null; });

  // A number half typed, such as "-", sets nothing yet; left like that, it becomes what it was.
  const numbered = (target) => target.matches?.(".bar input[type=number]") && target;
  const half = (box) => box.value === "" || !box.checkValidity();
  document.addEventListener("input", (event) => {
    const box = numbered(event.target);
    if (box && half(box)) event.stopPropagation();
  }, true);
  document.addEventListener("focusout", (event) => {
    const box = numbered(event.target);
    if (!box || !half(box)) return;
    const range = box.closest(".bar").querySelector("input[type=range]");
    if (box.value !== "") range.value = box.value;  // which keeps to its ends and steps
    box.value = range.value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }, true);

  // Whatever answer comes to a dropped file, the picture is no longer being read.
  const settle = () => document.querySelector("#stage")?.classList.remove("busy");
  const watch = setInterval(() => {
    const places = ["#stage", "#notices"].map((name) => document.querySelector(name));
    if (!places.every(Boolean)) return;
    clearInterval(watch);
    for (const place of places) {
      new MutationObserver(settle).observe(place, { childList: true, subtree: true });
    }
  }, 200);

  document.addEventListener("click", async (event) => {
    if (event.target.closest?.("#dark")) {
      localStorage.ctDark = isDark() ? "0" : "1";
      dress();
    }
    if (event.target.closest?.("#stage .invite")) {
      document.querySelector("#dropzone input[type=file]")?.click();
    }
    const copy = event.target.closest?.("button.copy");
    if (!copy) return;
    const bubble = copy.closest(".message").cloneNode(true);
    bubble.querySelectorAll(".note, .tools").forEach((note) => note.remove());
    document.body.append(bubble);
    const text = bubble.innerText.trim();
    bubble.remove();
    say(await copied(text) ? told.copied : told.notCopied);
  });

  // A page over plain HTTP from another machine has no clipboard, but may copy what is selected.
  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      return done;
    }
  }
})();
