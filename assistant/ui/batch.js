// A click on a row of the batch, or Enter, opens its picture.
(() => {
  let clicks = 0;
  function open(row) {
    const box = document.querySelector("#open-row textarea, #open-row input");
    if (!row || !box) return;
    clicks += 1;
    box.value = `${clicks}|${row.dataset.file}`;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("summary, details p") || getSelection()?.toString()) return;
    open(event.target.closest?.("table.rows tr[data-file]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.closest?.("summary")) return;
    open(event.target.closest?.("table.rows tr[data-file]"));
  });

  // The table is drawn anew with every file that is done; what was unfolded stays so.
  const unfolded = new Set();
  document.addEventListener("toggle", (event) => {
    const row = event.target.closest?.("table.rows tr[data-file]");
    if (row) unfolded[event.target.open ? "add" : "delete"](row.dataset.file);
  }, true);
  function unfold() {
    for (const row of unfolded.size ? document.querySelectorAll("table.rows tr[data-file]") : []) {
      const text = row.querySelector("details");
      if (text && unfolded.has(row.dataset.file)) text.open = true;
    }
  }
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(unfold).observe(document.body, { childList: true, subtree: true });
  });
})();
