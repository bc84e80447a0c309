// The table of items: filters, order, pages.

const ROWS = 50;
const filters = { subset: -1, outcomes: new Set(), change: "", query: "", pair: null };
const order = { key: "order", descending: false };
let found = [];
let page = 0;

// What the search found: one byte an item, or null without a query. A longer query looks only where the shorter one hit.
let hits = null;
let searched = { query: "", whole: false };

function search() {
  const query = fold(filters.query.trim());
  const narrower = hits !== null && searched.whole && query.includes(searched.query);
  const matches = matcher(query);
  const before = narrower ? hits : null;
  hits = matches && new Uint8Array(ITEMS);
  for (let index = 0; hits && index < ITEMS; index++)
    hits[index] = (!before || before[index]) && matches(index) ? 1 : 0;
  searched = { query, whole: itemsRead === ITEMS };
}

// The items that pass all filters, and how many each button of a filter would show beside the other filters.
function filterItems() {
  const { subset, outcomes, change, pair } = filters;
  const counts = {};
  const kept = [];
  for (let index = 0; index < ITEMS; index++) {
    if (subset >= 0 && core.subset[index] !== subset) continue;
    if (hits && !hits[index]) continue;
    if (pair && !(core.reference[index] === pair[0] && (core.prediction[index] ?? "") === pair[1] && isMeasured(index)))
      continue;
    const outcome = core.outcome[index];
    const moved = core.change === null ? "" : core.change[index];
    const outcomeFits = outcomes.size === 0 || outcomes.has(outcome);
    const changeFits = change === "" || moved === change;
    if (changeFits) counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (outcomeFits && (moved === "g" || moved === "l"))
      counts[`change-${moved}`] = (counts[`change-${moved}`] ?? 0) + 1;
    if (outcomeFits && changeFits) kept.push(index);
  }
  return { kept, counts };
}

function sorted(indices) {
  const sign = order.descending ? -1 : 1;
  const kinds = Object.keys(OUTCOMES);
  const compare = {
    subset: (one, other) => sign * (core.subset[one] - core.subset[other]) || one - other,
    outcome: (one, other) =>
      sign * (kinds.indexOf(core.outcome[one]) - kinds.indexOf(core.outcome[other])) || one - other,
    // Items without a margin stand last in both directions.
    margin: (one, other) => {
      const difference = sign * (margins[one] - margins[other]);
      if (!Number.isNaN(difference)) return difference || one - other;
      return Number.isNaN(margins[one]) - Number.isNaN(margins[other]) || one - other;
    },
  };
  // They come in the data set's order.
  if (order.key === "order") return order.descending ? indices.reverse() : indices;
  return indices.sort(compare[order.key]);
}

function refilter({ keepPage = false } = {}) {
  search();
  const { kept, counts } = filterItems();
  found = sorted(kept);
  if (!keepPage) page = 0;
  page = Math.max(0, Math.min(page, Math.ceil(found.length / ROWS) - 1));
  drawFilters(counts);
  drawRows();
}

function toggle(key, pressed, content, number, onclick) {
  const amount = make("span", { class: "number" }, count(number ?? 0));
  return make("button", { type: "button", "data-key": key, "aria-pressed": pressed, onclick }, content, amount);
}

function drawFilters(counts) {
  const focused = document.activeElement?.dataset?.key;
  const present = Object.keys(OUTCOMES).filter((sign) => core.outcome.includes(sign));
  byId("outcomes").replaceChildren(
    ...present.map((sign) =>
      toggle(sign, filters.outcomes.has(sign), label(OUTCOMES[sign]), counts[sign], () => {
        if (!filters.outcomes.delete(sign)) filters.outcomes.add(sign);
        refilter();
      }),
    ),
  );
  byId("changes").hidden = core.change === null;
  byId("changes").replaceChildren(
    ...[
      ["g", "▲", "gained"],
      ["l", "▼", "lost"],
    ].map(([sign, arrow, key]) =>
      toggle(`change-${sign}`, filters.change === sign, `${arrow} ${label(key)}`, counts[`change-${sign}`], () => {
        filters.change = filters.change === sign ? "" : sign;
        refilter();
      }),
    ),
  );
  if (focused) byId("items").querySelector(`[data-key="${focused}"]`)?.focus();
  const { subset, outcomes, change, query, pair } = filters;
  byId("clear").hidden = subset < 0 && !outcomes.size && !change && !query && !pair;
  byId("pair").textContent = pair
    ? `· ${label("reference")} ${pair[0]} → ${label("prediction")} ${pair[1] || label("none")}`
    : "";
}

function drawRow(index) {
  const outcome = outcomeOf(index);
  const [reference, prediction, margin] = [core.reference[index], core.prediction[index], core.margin[index]];
  const sign = { g: ["▲", "gained"], l: ["▼", "lost"] }[core.change?.[index]];
  const link = make("a", { href: `#${encodeURIComponent(anchors[index])}` });
  return make(
    "tr",
    { "data-index": index, class: index === opened ? "open" : null },
    make("td", { class: "id" }, show(link, anchors[index])),
    make("td", { class: "subset" }, data(core.subsets[core.subset[index]])),
    make(
      "td",
      { class: "outcome" },
      badge(outcome),
      sign ? make("span", { class: `sign ${sign[1]}`, title: label(sign[1]) }, `${sign[0]} ${label(sign[1])}`) : null,
    ),
    make("td", { class: "letters" }, reference === null ? "" : data(`${reference} → ${prediction ?? "–"}`)),
    make("td", { class: "margin" }, margin === null ? "" : signed(margin)),
    make("td", { class: "excerpt", lang: "ko" }, show(make("bdi"), excerpts[index] ?? "")),
  );
}

function drawRows() {
  const start = page * ROWS;
  const shown = found.slice(start, start + ROWS);
  byId("rows").replaceChildren(...shown.map(drawRow));
  byId("empty").hidden = found.length > 0;
  const pages = Math.ceil(found.length / ROWS);
  byId("pager").hidden = pages < 2;
  byId("page-number").textContent = `${count(page + 1)} / ${count(pages)}`;
  byId("previous").disabled = page === 0;
  byId("next").disabled = page >= pages - 1;
  drawCount();
  for (const header of document.querySelectorAll("[data-sort]")) {
    if (header.dataset.sort === order.key)
      header.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
    else header.removeAttribute("aria-sort");
  }
  drawMissingExcerpts(shown);
}

function drawCount() {
  const start = page * ROWS;
  const values = {
    from: count(start + 1),
    to: count(Math.min(found.length, start + ROWS)),
    found: count(found.length),
    all: count(ITEMS),
  };
  const reading = filters.query && itemsRead < ITEMS && canUnpack;
  const parts = [label(found.length ? "count" : "count_none", values)];
  if (reading) parts.push(label("reading", { percent: Math.floor((100 * itemsRead) / ITEMS) }));
  if (!canUnpack) parts.push(label("unreadable"));
  byId("count").textContent = parts.join(" · ");
}

// A page shown before the background has read its texts gets them at once.
async function drawMissingExcerpts(shown) {
  const missing = shown.filter((index) => excerpts[index] === undefined);
  if (!missing.length || !canUnpack) return;
  for (const number of new Set(missing.map((index) => Math.floor(index / core.blocks.items))))
    await prepareBlock(number);
  for (const row of byId("rows").children) {
    const index = Number(row.dataset.index);
    if (missing.includes(index)) show(row.querySelector(".excerpt bdi"), excerpts[index]);
  }
}

// Turn to the page that an item is on; filters that hide it are taken back.
function reveal(index) {
  if (!found.includes(index)) {
    clearFilters();
    refilter();
  }
  const wanted = Math.floor(found.indexOf(index) / ROWS);
  if (wanted !== page) {
    page = wanted;
    drawRows();
  }
}

function clearFilters() {
  Object.assign(filters, { subset: -1, outcomes: new Set(), change: "", query: "", pair: null });
  byId("search").value = "";
}
