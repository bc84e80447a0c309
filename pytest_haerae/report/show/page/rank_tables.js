// The models' table, that of subsets beside each other, and the paired differences.

const MODELS = core.models.length;
const [ACCURACY, LOW, HIGH, N, CUT, BEST, WORST, GROUP] = [0, 1, 2, 3, 4, 5, 6, 7];
const state = { part: 0, query: "", right: -1, wrong: -1 };
const order = { key: "rank", descending: false };

const fold = (text) => text.normalize("NFC").toLowerCase();
const percent = (share) => decimal(100 * share, 1);
const partName = (number) => (number === 0 ? label("all") : core.parts[number][1]);
const rankWords = ([best, worst]) => (best === worst ? String(best) : label("from_to", { from: best, to: worst }));

// Two models on the items of a part, from the first one's side; null where they have none in common.
const pairsOf = core.pairs.map((rows) => new Map(rows.map(([first, second, ...rest]) => [`${first} ${second}`, rest])));
function pairOf(part, first, second) {
  const found = pairsOf[part].get(first < second ? `${first} ${second}` : `${second} ${first}`);
  if (!found) return null;
  const [n, difference, low, high, p, adjusted, different, firstOnly, secondOnly] = found;
  const turned = first > second;
  return {
    ...{ n, p, adjusted, different: Boolean(different) },
    ...(turned
      ? { difference: -difference, low: -high, high: -low, only: secondOnly, other: firstOnly }
      : { difference, low, high, only: firstOnly, other: secondOnly }),
  };
}

// A whisker over 0 to 100%, in an element as wide as its column.
function picture(standing) {
  const svg = makeSvg("svg", { width: "100%", height: 26, "aria-hidden": "true" });
  const at = (share) => `${100 * share}%`;
  for (const x of [0, 0.25, 0.5, 0.75, 1])
    svg.append(makeSvg("line", { class: "grid", x1: at(x), x2: at(x), y1: 0, y2: 26 }));
  const [accuracy, low, high] = standing;
  svg.append(makeSvg("line", { class: "now", x1: at(low), x2: at(high), y1: 13, y2: 13 }));
  svg.append(makeSvg("circle", { class: "now", cx: at(accuracy), cy: 13, r: 4.5 }));
  return svg;
}

// What the table sorts by; a model without a value stands last in both directions.
const SORTED = {
  name: (model) => fold(core.models[model].name),
  accuracy: (model, standing) => standing[ACCURACY],
  rank: (model, standing) => standing[BEST] * (MODELS + 1) + standing[WORST],
  group: (model, standing) => standing[GROUP],
  n: (model, standing) => standing[N],
  cut: (model, standing) => standing[CUT],
  tokens: (model) => core.models[model].tokens,
  cost: (model) => core.models[model].cost,
};

function modelsInOrder() {
  const standings = core.standings[state.part];
  const value = (model) => standings[model] && SORTED[order.key](model, standings[model]);
  const sign = order.descending ? -1 : 1;
  const wanted = fold(state.query.trim());
  const kept = [...core.models.keys()].filter((model) => fold(core.models[model].name).includes(wanted));
  return kept.sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    const missing = (a === null || a === undefined) - (b === null || b === undefined);
    return missing || sign * ((a > b) - (a < b)) || one - other;
  });
}

function drawModels() {
  const standings = core.standings[state.part];
  const shown = modelsInOrder();
  byId("models").replaceChildren(...shown.map((model) => drawModel(model, standings[model])));
  byId("none").hidden = shown.length > 0;
  for (const header of document.querySelectorAll("[data-sort]")) {
    if (header.dataset.sort === order.key)
      header.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
    else header.removeAttribute("aria-sort");
  }
}

function drawModel(model, standing) {
  const { name, report, tokens, cost } = core.models[model];
  // What a run took is told of all of its items alone.
  const [used, paid] = state.part === 0 ? [tokens, cost] : [null, null];
  const cells = standing
    ? [
        percent(standing[ACCURACY]) + "%",
        `${percent(standing[LOW])}–${percent(standing[HIGH])}`,
        rankWords([standing[BEST], standing[WORST]]),
        standing[GROUP],
        count(standing[N]),
        standing[CUT] ? percent(standing[CUT]) + "%" : "",
        used === null ? "" : count(Math.round(used)),
        paid === null ? "" : "$" + decimal(paid, 4),
      ]
    : ["–", "", "", "", "", "", "", ""];
  const number = make("span", { class: "number" }, `${model + 1} `);
  const title = make("th", { scope: "row", title: report }, number, data(name));
  const image = make("td", { class: "picture" }, standing ? picture(standing) : "");
  return make("tr", {}, title, image, ...cells.map((text) => make("td", {}, text)));
}

const headOf = (corner) =>
  make(
    "tr",
    {},
    make("th", { scope: "col" }, corner),
    ...core.models.map(({ name }, model) => make("th", { scope: "col", title: name }, String(model + 1))),
  );

// Each subset in a row, the models in columns by their numbers; the best of a row is marked.
function drawParts() {
  byId("parts").hidden = core.parts.length < 2;
  byId("parts-head").replaceChildren(headOf(label("subset")));
  byId("parts-rows").replaceChildren(...core.parts.map((part, number) => drawPart(number)));
}

function drawPart(number) {
  const standings = core.standings[number];
  const choose = () => choosePart(number);
  const name = show(make("button", { type: "button", class: "link", onclick: choose }), partName(number));
  const cells = standings.map((standing, model) => {
    if (!standing) return make("td", {}, "–");
    const interval = `${percent(standing[LOW])}–${percent(standing[HIGH])}`;
    const words = { model: core.models[model].name, interval, rank: rankWords([standing[BEST], standing[WORST]]) };
    const group = make("span", { class: "letters" }, ` ${standing[GROUP]}`);
    const best = standing[BEST] === 1 ? "best" : null;
    return make("td", { class: best, title: label("cell", words) }, percent(standing[ACCURACY]), group);
  });
  const kind = core.parts[number][0] === "subset" ? null : "total";
  const chosen = number === state.part ? "chosen" : "";
  return make("tr", { class: `${kind ?? ""} ${chosen}` }, make("th", { scope: "row" }, name), ...cells);
}

// Row against column: the row's accuracy minus the column's.
function drawPairs() {
  byId("pairs-head").replaceChildren(headOf(""));
  byId("pairs-rows").replaceChildren(
    ...core.models.map(({ name }, first) => {
      const title = make("th", { scope: "row" }, make("span", { class: "number" }, `${first + 1} `), data(name));
      return make("tr", {}, title, ...core.models.map((_, second) => drawPair(first, second)));
    }),
  );
  show(byId("part-name"), partName(state.part));
  const pair = state.right >= 0 && state.wrong >= 0 ? pairOf(state.part, state.right, state.wrong) : null;
  show(byId("pair-words"), pair ? pairWords(state.right, state.wrong, pair) : "");
}

function drawPair(first, second) {
  const pair = first === second ? null : pairOf(state.part, first, second);
  if (!pair) return make("td", { class: "self" }, first === second ? "" : "–");
  const kind = pair.different ? (pair.difference > 0 ? "gained" : "lost") : "alike";
  const pressed = state.right === first && state.wrong === second;
  const choose = () => choosePair(pressed ? -1 : first, pressed ? -1 : second);
  const words = pairWords(first, second, pair);
  const attributes = { type: "button", "aria-pressed": pressed, title: words, onclick: choose };
  return make("td", { class: kind }, make("button", attributes, signed(100 * pair.difference, 1)));
}

function pairWords(first, second, pair) {
  const p = (value) => (value < 1e-4 ? "< 0.0001" : `= ${decimal(value, 4)}`);
  return label(pair.different ? "pair_different" : "pair_alike", {
    first: core.models[first].name,
    second: core.models[second].name,
    difference: signed(100 * pair.difference, 1),
    low: signed(100 * pair.low, 1),
    high: signed(100 * pair.high, 1),
    ...{ n: count(pair.n), only: count(pair.only), other: count(pair.other), p: p(pair.p), adjusted: p(pair.adjusted) },
  });
}
