"use strict";
(() => {
  const folded = () => document.querySelectorAll("details");
  const setAll = (open) => folded().forEach((details) => { details.open = open; });

  // A column sorts by data-v where its cells have it, else as text; a second click turns it round.
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  };
  const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true }));
  const sort = (table, header) => {
    const column = header.cellIndex;
    const turned = header.getAttribute("aria-sort") === "ascending";
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [keyOf(row, column), row]);
    rows.sort((a, b) => (turned ? compare(b[0], a[0]) : compare(a[0], b[0])));
    for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", turned ? "descending" : "ascending");
    body.append(...rows.map((row) => row[1]));
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    for (const header of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent;
      button.addEventListener("click", () => sort(table, header));
      header.replaceChildren(button);
    }
  }

  const tools = document.querySelector(".tools");
  if (folded().length > 0) tools.hidden = false;
  document.getElementById("expand").addEventListener("click", () => setAll(true));
  document.getElementById("collapse").addEventListener("click", () => setAll(false));

  // Paper cannot be unfolded.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...folded()].filter((details) => !details.open);
    setAll(true);
  });
  addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
})();
