"use strict";
// Sorts and filters the students' table. A number of the page is a link to #show=GROUP.
document.documentElement.classList.add("js");
const table = document.getElementById("students");
const labels = JSON.parse(document.getElementById("labels").textContent);
if (table) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const find = document.getElementById("find");
  const group = document.getElementById("group");
  const shown = document.getElementById("shown");
  for (const [token, label] of Object.entries(labels)) {
    const count = rows.filter((row) => row.dataset.t.split(" ").includes(token)).length;
    if (count) group.add(new Option(`${label} (${count})`, token));
  }
  const filter = () => {
    const words = find.value.trim().toLowerCase();
    let count = 0;
    for (const row of rows) {
      const inGroup = !group.value || row.dataset.t.split(" ").includes(group.value);
      row.hidden = !(inGroup && row.cells[0].textContent.toLowerCase().includes(words));
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = `${count} of ${rows.length} students`;
  };
  const sort = (header, column) => {
    const down = header.getAttribute("aria-sort") === "ascending";
    const value = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
    const order = (a, b) => {
      const [x, y] = [value(a), value(b)];
      const [p, q] = [Number(x), Number(y)];
      const numbers = x !== "" && y !== "" && !isNaN(p) && !isNaN(q);
      return numbers ? p - q : x.localeCompare(y);
    };
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...[...rows].sort((a, b) => (down ? -order(a, b) : order(a, b))));
  };
  Array.from(table.tHead.rows[0].cells).forEach((header, column) => {
    const button = header.querySelector("button");
    if (button) button.addEventListener("click", () => sort(header, column));
  });
  const follow = () => {
    const match = /^#show=(.*)$/.exec(location.hash);
    if (!match) return;
    group.value = Object.hasOwn(labels, match[1]) ? match[1] : "";
    find.value = "";
    filter();
    document.getElementById("all-students").scrollIntoView();
  };
  find.addEventListener("input", filter);
  group.addEventListener("change", filter);
  document.getElementById("everybody").addEventListener("click", () => {
    find.value = group.value = "";
    filter();
  });
  addEventListener("hashchange", follow);
  // the same number clicked again, after another filter
  addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#show="]');
    if (link && link.getAttribute("href") === location.hash) follow();
  });
  filter();
  follow();
}
