// The table of items: filters, order, pages.

const ROWS = 50;
const filters = { subset: -1, outcomes: new Set(), change: "", query: "", pair: null };
const order = { key: "order", descending: false };
let found = [];
let page = 0;
let hits = null;

// Items that pass all filters but the named one; the counts on a filter's own buttons leave it out.
function passing(but = "") {
  const { subset, outcomes, change, pair } = filters;
  const kept = [];
  for (let index = 0; index < ITEMS; index++) {
    if (subset >= 0 && core.subset[index] !== subset) continue;
    if (but !== "outcomes" && outcomes.size && !outcomes.has(core.outcome[index])) continue;
    if (but !== "change" && change && core.change[index] !== change) continue;
    if (pair && !(core.reference[index] === pair[0] && (core.prediction[index] ?? "") === pair[1] && isMeasured(index))) continue;
    if (hits && !hits[index]) continue;
    kept.push(index);
  }
  return kept;
}

function sorted(indices) {
  const sign = order.descending ? -1 : 1;
  const compare = {
    order: (one, other) => sign * (one - other),
    subset: (one, other) => sign * (core.subset[one] - core.subset[other]) || one - other,
    outcome: (one, other) => sign * ("cwies".indexOf(core.outcome[one]) - "cwies".indexOf(core.outcome[other])) || one - other,
    // Items without a margin stand last in both directions.
    margin: (one, other) => {
      const [left, right] = [core.margin[one], core.margin[other]];
      if (left === null || right === null) return (left === null) - (right === null) || one - other;
      return sign * (left - right) || one - other;
    },
  };
  return indices.sort(compare[order.key]);
}

function refilter({ keepPage = false } = {}) {
  const matches = matcher(filters.query);
  hits = matches && Array.from(core.ids, (_, index) => matches(index));
  found = sorted(passing());
  if (!keepPage) page = 0;
  page = Math.max(0, Math.min(page, Math.ceil(found.length / ROWS) - 1));
  drawFilters();
  drawRows();
}

function toggle(pressed, content, number, onclick) {
  return make("button", { type: "button", "aria-pressed": pressed, onclick }, content, make("span", { class: "number" }, count(number)));
}

function drawFilters() {
  const tally = (indices, column) => indices.reduce((counts, index) => counts.set(column[index], (counts.get(column[index]) ?? 0) + 1), new Map());
  const outcomes = tally(passing("outcomes"), core.outcome);
  const refocus = (group, key) => group.querySelector(`[data-key="${key}"]`)?.focus();
  const keep = document.activeElement?.dataset?.key;
  byId("outcomes").replaceChildren(...Object.keys(OUTCOMES).filter((sign) => core.outcome.includes(sign)).map((sign) => {
    const made = toggle(filters.outcomes.has(sign), label(OUTCOMES[sign]), outcomes.get(sign) ?? 0, () => {
      if (!filters.outcomes.delete(sign)) filters.outcomes.add(sign);
      refilter();
    });
    made.dataset.key = sign;
    return made;
  }));
  if (core.change !== null) {
    const changes = tally(passing("change"), core.change);
    byId("changes").hidden = false;
    byId("changes").replaceChildren(...[["g", "▲", "gained"], ["l", "▼", "lost"]].map(([sign, arrow, key]) => {
      const made = toggle(filters.change === sign, `${arrow} ${label(key)}`, changes.get(sign) ?? 0, () => {
        filters.change = filters.change === sign ? "" : sign;
        refilter();
      });
      made.dataset.key = `change-${sign}`;
      return made;
    }));
  }
  if (keep) refocus(byId("items"), keep);
  const { subset, change, query, pair } = filters;
  byId("clear").hidden = subset < 0 && !filters.outcomes.size && !change && !query && !pair;
  byId("pair").replaceChildren(...(pair ? [`· ${label("reference")} ${pair[0]} → ${label("prediction")} ${pair[1] || label("none")}`] : []));
}

function drawRow(index) {
  const outcome = outcomeOf(index);
  const [reference, prediction, margin] = [core.reference[index], core.prediction[index], core.margin[index]];
  const sign = { g: ["▲", "gained"], l: ["▼", "lost"] }[core.change?.[index]];
  const link = make("a", { href: `#${encodeURIComponent(anchors[index])}` });
  return make("tr", { "data-index": index, class: index === opened ? "open" : null },
    make("td", { class: "id" }, show(link, anchors[index])),
    make("td", { class: "subset" }, data(core.subsets[core.subset[index]])),
    make("td", { class: "outcome" }, badge(outcome), sign ? make("span", { class: `sign ${sign[1]}`, title: label(sign[1]) }, `${sign[0]} ${label(sign[1])}`) : null),
    make("td", { class: "letters" }, reference === null ? "" : data(`${reference} → ${prediction ?? "–"}`)),
    make("td", { class: "margin" }, margin === null ? "" : signed(margin)),
    make("td", { class: "excerpt", lang: "ko" }, show(make("bdi"), excerpts[index] ?? "")));
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
    if (header.dataset.sort === order.key) header.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
    else header.removeAttribute("aria-sort");
  }
  drawMissingExcerpts(shown);
}

function drawCount() {
  const start = page * ROWS;
  const values = { from: count(start + 1), to: count(Math.min(found.length, start + ROWS)), found: count(found.length), all: count(ITEMS) };
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
  for (const number of new Set(missing.map((index) => Math.floor(index / core.blocks.items)))) await prepareBlock(number);
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
