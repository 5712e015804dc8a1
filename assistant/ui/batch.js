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
    if (event.key === "Enter") open(event.target.closest?.("table.rows tr[data-file]"));
  });
})();
