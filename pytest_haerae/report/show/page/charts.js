// Pictures of one subset's items, or of all: letters, margins, calibration. Plain SVG and tables.

const WIDTH = 420,
  HEIGHT = 230,
  LEFT = 38,
  RIGHT = 12,
  TOP = 10,
  BOTTOM = 34;

function indicesOf(subset) {
  const found = [];
  for (let index = 0; index < ITEMS; index++) if (subset < 0 || core.subset[index] === subset) found.push(index);
  return found;
}

function text(x, y, content, anchor = "middle") {
  return makeSvg("text", { x, y, "text-anchor": anchor }, content);
}

function frame(title, ...children) {
  return makeSvg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title }, ...children);
}

const note = (content) => make("p", { class: "note" }, content);

// How often each reference letter met each predicted one; the last column is for answers that could not be read.
function countLetters(subset) {
  const unread = LETTERS.length;
  const counts = LETTERS.split("").map(() => new Int32Array(unread + 1));
  let size = 0;
  for (const index of indicesOf(subset)) {
    const [reference, prediction] = [core.reference[index], core.prediction[index]];
    if (reference === null || !isMeasured(index) || !LETTERS.includes(reference)) continue;
    size = Math.max(size, core.options[index]);
    const column = prediction === null ? unread : LETTERS.indexOf(prediction);
    counts[LETTERS.indexOf(reference)][column < 0 ? unread : column]++;
  }
  size = Math.min(size, unread);
  const columns = [...Array(size).keys()];
  if (counts.some((row) => row[unread])) columns.push(unread);
  return { rows: counts.slice(0, size), columns };
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

// Reference letters against predicted ones; a click on a number shows its items.
function drawConfusion(place, subset, chosen, choose) {
  const { rows, columns } = countLetters(subset);
  if (!rows.length) return place.replaceChildren(note(label("no_letters")));
  const cell = (row, column) => {
    const [reference, prediction, number] = [LETTERS[row], LETTERS[column] ?? "", rows[row][column]];
    const pressed = chosen !== null && chosen[0] === reference && chosen[1] === prediction;
    const onclick = () => choose(reference, prediction);
    const button = number ? make("button", { type: "button", "aria-pressed": pressed, onclick }, count(number)) : "";
    const made = make("td", { class: row === column ? "hit" : "" }, button);
    made.style.setProperty("--weight", Math.round((100 * number) / (sum(rows[row]) || 1)));
    return made;
  };
  const total = (number) => make("td", { class: "total" }, count(number));
  const head = columns.map((column) => make("th", { scope: "col" }, LETTERS[column] ?? label("none")));
  const body = rows.map((counts, row) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, LETTERS[row]),
      ...columns.map((column) => cell(row, column)),
      total(sum(counts)),
    ),
  );
  const sums = columns.map((column) => sum(rows.map((counts) => counts[column])));
  const sumHeader = (scope) => make("th", { class: "total", scope }, label("sum"));
  place.replaceChildren(
    make(
      "table",
      { class: "letters-table" },
      make("thead", {}, make("tr", {}, make("td", { class: "total" }), ...head, sumHeader("col"))),
      make("tbody", {}, ...body),
      make("tfoot", {}, make("tr", {}, sumHeader("row"), ...sums.map(total), total(sum(sums)))),
    ),
  );
}

// A step of 1, 2 or 5 times a power of ten that divides a span into at most so many parts.
function niceStep(span, parts) {
  const rough = span / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
}

function drawMargins(place, subset) {
  const measured = indicesOf(subset).filter((index) => isMeasured(index) && core.margin[index] !== null);
  const values = Float64Array.from(measured, (index) => margins[index]).sort();
  if (!values.length) return place.replaceChildren(note(label("no_margins")));
  // The outermost half percent joins the last bars, so that one far item does not flatten the rest.
  const low = Math.min(0, values[Math.floor(values.length * 0.005)]);
  const high = Math.max(0, values[Math.ceil(values.length * 0.995) - 1]);
  const step = niceStep(high - low || 1, 24);
  const first = Math.floor(low / step),
    last = Math.max(first + 1, Math.floor(high / step) + 1);
  const bins = new Array(last - first).fill(0);
  // A margin of exactly zero belongs to neither side by itself: the earlier option won, so it is drawn with the wrong ones.
  for (const margin of values)
    bins[
      Math.min(
        bins.length - 1,
        Math.max(0, (margin > 0 ? Math.floor(margin / step) : Math.ceil(margin / step) - 1) - first),
      )
    ]++;
  const highest = Math.max(...bins);
  const x = (bin) => LEFT + ((WIDTH - LEFT - RIGHT) * bin) / bins.length;
  const y = (number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - number / highest);
  const base = y(0);
  const bars = bins.map((number, bin) =>
    makeSvg(
      "rect",
      {
        class: bin + first < 0 ? "bar-wrong" : "bar-right",
        x: x(bin) + 0.5,
        y: y(number),
        width: Math.max(1, x(1) - x(0) - 1),
        height: base - y(number),
      },
      makeSvg("title", {}, `${decimal((bin + first) * step)} … ${decimal((bin + first + 1) * step)}: ${count(number)}`),
    ),
  );
  const tickStep = niceStep((last - first) * step, 6);
  const ticks = [];
  for (let tick = Math.ceil((first * step) / tickStep); tick * tickStep <= last * step; tick++)
    ticks.push(text(x((tick * tickStep) / step - first), HEIGHT - 17, decimal(tick * tickStep, tickStep < 1 ? 1 : 0)));
  const zero = x(-first);
  const median = values[Math.floor((values.length - 1) / 2)];
  const summary = label("margin_summary", { median: signed(median), n: count(values.length) });
  place.replaceChildren(
    frame(
      `${label("margins")}. ${summary}`,
      ...bars,
      makeSvg("line", { class: "axis-line", x1: LEFT, x2: WIDTH - RIGHT, y1: base, y2: base }),
      makeSvg("line", { class: "axis-line", x1: zero, x2: zero, y1: TOP, y2: base }),
      ...ticks,
      text(LEFT - 6, TOP + 8, count(highest), "end"),
      text(LEFT - 6, base, "0", "end"),
      text(WIDTH - RIGHT, HEIGHT - 2, label("margin"), "end"),
    ),
    note(summary),
  );
}

function drawCalibration(place, subset) {
  const found = core.calibration[subset + 1];
  if (!found) return place.replaceChildren(note(label("no_margins")));
  const total = found.bins.reduce((sum, bin) => sum + bin.n, 0);
  const x = (share) => LEFT + (WIDTH - LEFT - RIGHT) * share;
  const y = (share) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - share);
  const grid = [0, 0.5, 1].flatMap((share) => [
    makeSvg("line", { class: "grid", x1: x(0), x2: x(1), y1: y(share), y2: y(share) }),
    text(x(0) - 6, y(share) + 4, `${100 * share}%`, "end"),
    text(x(share), HEIGHT - 17, `${100 * share}%`, share === 1 ? "end" : "middle"),
  ]);
  const points = found.bins.flatMap((bin) => [
    makeSvg("line", {
      class: "now",
      x1: x(bin.confidence),
      x2: x(bin.confidence),
      y1: y(bin.ci95[0]),
      y2: y(bin.ci95[1]),
    }),
    makeSvg(
      "circle",
      { class: "now", cx: x(bin.confidence), cy: y(bin.accuracy), r: 3 + 6 * Math.sqrt(bin.n / total) },
      makeSvg(
        "title",
        {},
        `${label("confidence")} ${decimal(100 * bin.confidence, 1)}%, ${label("accuracy")} ${decimal(100 * bin.accuracy, 1)}%, n = ${count(bin.n)}`,
      ),
    ),
  ]);
  const summary = label("ece", { value: decimal(found.ece, 3), n: count(total) });
  place.replaceChildren(
    frame(
      `${label("calibration")}. ${summary}`,
      ...grid,
      makeSvg("line", { class: "chance", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
      ...points,
      text(x(1), HEIGHT - 2, label("confidence"), "end"),
    ),
    note(summary),
  );
}
