// The items: columns that are at hand, texts that are read block by block, and what the search looks through.

const OUTCOMES = { c: "correct", w: "wrong", i: "invalid", t: "cut", u: "unjudged", e: "error", s: "skipped" };
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ITEMS = core.ids.length;
const BLOCKS_KEPT = 8;
const EXCERPT = 100;

const outcomeOf = (index) => OUTCOMES[core.outcome[index]];
const isMeasured = (index) => "cwit".includes(core.outcome[index]);

// Margins as plain numbers, which sort fast; NaN stands for a missing one.
const margins = Float64Array.from(core.margin, (margin) => margin ?? NaN);

// Deep links: an item's id, with a number behind it where two suites ask the same item.
const anchors = [];
const byAnchor = new Map();
for (let index = 0; index < ITEMS; index++) {
  // Half of a surrogate pair cannot stand in an address.
  const id = core.ids[index].replace(/\p{Surrogate}/gu, "\ufffd");
  let anchor = id;
  for (let number = 2; byAnchor.has(anchor); number++) anchor = `${id}~${number}`;
  anchors.push(anchor);
  byAnchor.set(anchor, index);
}

const canUnpack = core.blocks.encoding === "json" || typeof DecompressionStream === "function";
const recentBlocks = new Map();

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

// The texts of one block of items; the last few blocks are kept.
async function readBlock(number) {
  if (!recentBlocks.has(number)) {
    const text = byId(`block-${number}`).textContent;
    recentBlocks.set(number, JSON.parse(core.blocks.encoding === "json" ? text : await unpack(text)));
    if (recentBlocks.size > BLOCKS_KEPT) recentBlocks.delete(recentBlocks.keys().next().value);
  }
  return recentBlocks.get(number);
}

async function readItem(index) {
  const items = await readBlock(Math.floor(index / core.blocks.items));
  return items[index % core.blocks.items];
}

// Two spellings of the same Hangul are equal, as are upper and lower case.
const fold = (text) => text.normalize("NFC").toLowerCase();

const foldedPrefixes = core.prefixes.map(fold);
const folded = [];
const prefixOf = [];
const excerpts = [];
let itemsRead = 0;

const questionOf = (item) => item.input ?? item.messages.at(-1).content;

function searchable(item, index) {
  const parts = [core.ids[index], item.nodeid, item.input, item.raw_output, item.error, item.explanation];
  parts.push(...(item.options ?? []), ...(item.messages ?? []).map((message) => message.content));
  if (!item.options) parts.push(item.reference, item.prediction);
  return fold(parts.filter(Boolean).join("\n"));
}

// What follows the lines that an item shares with its neighbour, without headings: instructions are alike, questions not.
function excerpt(item, neighbour) {
  const lines = questionOf(item).split("\n");
  const others = neighbour ? questionOf(neighbour).split("\n") : [];
  const first = lines.findIndex((line, number) => line.trim() && line !== others[number]);
  const own = lines.slice(Math.max(first, 0)).filter((line) => !/^\s*#/.test(line));
  const text = own.join(" ").replace(/\s+/g, " ").trim();
  return text.length > EXCERPT ? text.slice(0, EXCERPT) + "…" : text;
}

async function prepareBlock(number) {
  const items = await readBlock(number);
  const start = number * core.blocks.items;
  items.forEach((item, offset) => {
    const index = start + offset;
    const alike = (other) => items[other] && core.subset[start + other] === core.subset[index];
    const neighbour = [offset - 1, offset + 1].find(alike);
    folded[index] = searchable(item, index);
    prefixOf[index] = item.prefix ?? -1;
    excerpts[index] = excerpt(item, items[neighbour]);
  });
}

// Read every block in the background, the first ones first, and say after each how far it is.
async function prepareSearch(progress) {
  if (!canUnpack) return;
  for (let number = 0; number < core.blocks.count; number++) {
    if (folded[number * core.blocks.items] === undefined) await prepareBlock(number);
    itemsRead = Math.min(ITEMS, (number + 1) * core.blocks.items);
    progress();
    // A pause, so that a click or a key is answered between two blocks.
    await new Promise((resume) => setTimeout(resume));
  }
}

// Whether an item has a folded text; null where there is nothing to look for.
function matcher(wanted) {
  if (!wanted) return null;
  const inPrefix = foldedPrefixes.map((prefix) => prefix.includes(wanted));
  return (index) => inPrefix[prefixOf[index]] || (folded[index]?.includes(wanted) ?? false);
}
