// Wiring: language, filters, keys, deep links.

function speak(wanted) {
  chooseLanguage(wanted);
  drawSelects();
  drawPatterns();
  refilter({ keepPage: true });
  if (opened >= 0) drawItem(opened);
}

function drawSelects() {
  for (const select of document.querySelectorAll("[data-select=subset]")) {
    const names = core.subsets.map((name, number) => show(make("option", { value: number }), name));
    // Inside an option only text is shown, so that a hidden character's name stands in its line.
    select.replaceChildren(make("option", { value: -1 }, label("all")), ...names);
    select.value = filters.subset;
  }
}

function drawPatterns() {
  const choose = (reference, prediction) => {
    const same = filters.pair?.[0] === reference && filters.pair?.[1] === prediction;
    filters.pair = same ? null : [reference, prediction];
    changed();
    if (!same) byId("items").scrollIntoView();
  };
  drawConfusion(byId("confusion").querySelector(".body"), filters.subset, filters.pair, choose);
  drawMargins(byId("margins").querySelector(".body"), filters.subset);
  drawCalibration(byId("calibration").querySelector(".body"), filters.subset);
}

// After a filter that the charts follow as well.
function changed() {
  for (const select of document.querySelectorAll("[data-select=subset]")) select.value = filters.subset;
  for (const button of document.querySelectorAll("[data-scope]"))
    button.closest("tr").classList.toggle("chosen", filters.subset === Number(button.dataset.scope));
  drawPatterns();
  refilter();
}

function followHash() {
  let anchor = location.hash.slice(1);
  try {
    anchor = decodeURIComponent(anchor);
  } catch {
    // Not written by this page; it names no item.
  }
  const index = byAnchor.get(anchor);
  if (index === undefined) closeItem({ keepHash: true });
  else if (index !== opened) openItem(index);
}

function turnPage(distance) {
  page = Math.max(0, Math.min(page + distance, Math.ceil(found.length / ROWS) - 1));
  drawRows();
}

// The next item: the open one's, or the focused row's; at a page's end the page turns.
function move(distance) {
  if (!found.length) return;
  if (opened >= 0) {
    const next = found[found.indexOf(opened) + distance];
    if (next !== undefined) openItem(next, { replace: true });
    return;
  }
  const row = document.activeElement?.closest?.("#rows tr");
  const here = row ? found.indexOf(Number(row.dataset.index)) : page * ROWS + (distance > 0 ? -1 : 0);
  const place = Math.max(0, Math.min(found.length - 1, here + distance));
  if (Math.floor(place / ROWS) !== page) {
    page = Math.floor(place / ROWS);
    drawRows();
  }
  const link = byId("rows").children[place % ROWS].querySelector("a");
  link.focus();
  link.closest("tr").scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  "[": () => turnPage(-1),
  "]": () => turnPage(1),
  "/": () => byId("search").focus(),
  "?": () => byId("help").showModal(),
  Escape: () => closeItem(),
};
// The same keys where a Hangul layout is on.
Object.assign(KEYS, { ㅓ: KEYS.j, ㅏ: KEYS.k });

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || byId("help").open) return;
  const typing = event.target.matches("input, select, textarea");
  if (typing && event.key === "Escape") event.target.blur();
  const action = KEYS[event.key];
  const scrolls = event.key.startsWith("Arrow") && !event.target.closest("#rows");
  if (typing || !action || scrolls) return;
  event.preventDefault();
  action();
}

function listen() {
  document.addEventListener("keydown", onKey);
  window.addEventListener("hashchange", followHash);
  window.addEventListener("popstate", followHash);
  listenToChoices(speak);
  byId("show-help").addEventListener("click", () => byId("help").showModal());
  byId("search").addEventListener("input", (event) => {
    // While a syllable is being composed its first consonant alone would match nothing.
    filters.query = event.isComposing ? event.target.value.replace(/[\u3131-\u318e]$/, "") : event.target.value;
    refilter();
  });
  for (const select of document.querySelectorAll("[data-select=subset]")) {
    select.addEventListener("change", () => {
      filters.subset = Number(select.value);
      changed();
    });
  }
  for (const button of document.querySelectorAll("[data-scope]")) {
    button.addEventListener("click", () => {
      const number = Number(button.dataset.scope);
      filters.subset = filters.subset === number ? -1 : number;
      changed();
    });
  }
  for (const header of document.querySelectorAll("[data-sort]")) {
    header.querySelector("button").addEventListener("click", () => {
      const key = header.dataset.sort;
      Object.assign(order, { key, descending: order.key === key && !order.descending });
      refilter();
    });
  }
  byId("rows").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openItem(Number(event.target.closest("tr").dataset.index));
  });
  byId("clear").addEventListener("click", () => {
    clearFilters();
    changed();
  });
  // On paper nothing can be unfolded.
  window.addEventListener("beforeprint", () =>
    document.querySelectorAll("details").forEach((folded) => (folded.open = true)),
  );
  byId("previous").addEventListener("click", () => turnPage(-1));
  byId("next").addEventListener("click", () => turnPage(1));
}

beginAsChosen();
// Most ids begin with their subset's name; a column that repeats it would only take room.
const idsTellSubset = core.ids.every((id, index) => id.startsWith(`${core.subsets[core.subset[index]]}-`));
byId("rows").closest("table").classList.toggle("ids-tell-subset", idsTellSubset);
listen();
speak(languageToBeginWith());
followHash();

let lastDrawn = performance.now();
prepareSearch(() => {
  // A search that was typed early is answered again as more texts are read, but not at every step.
  if (itemsRead < ITEMS && performance.now() - lastDrawn < 300) return;
  lastDrawn = performance.now();
  if (filters.query) refilter({ keepPage: true });
  else drawCount();
});
