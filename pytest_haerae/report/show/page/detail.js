// One item, whole: why it was judged so, its options, the prompt, the output, the command.

let opened = -1;

const heading = (key, ...more) => make("h3", {}, label(key), ...more);
function section(key, ...children) {
  const shown = children.flat().filter((child) => child !== null && child !== undefined);
  return shown.length ? make("section", {}, heading(key), ...shown) : null;
}

// Sentences that say why an item was judged so, from what the report has of it.
function reasons(item, index) {
  const outcome = outcomeOf(index);
  const [reference, prediction, margin] = [core.reference[index], core.prediction[index], core.margin[index]];
  const said = [];
  if (outcome === "cut") said.push(label(item.options ? "why_cut" : "why_cut_text", { reference }));
  else if (outcome === "error" && item.raw_output !== undefined) said.push(label("why_error_judging"));
  else if (["error", "skipped", "unjudged"].includes(outcome)) said.push(label(`why_${outcome}`));
  else if (item.judgements) said.push(...grades(item, outcome));
  else if (!item.options) said.push(label(outcome === "invalid" ? "why_unread_text" : `why_free_${outcome}`));
  else if (prediction === null) said.push(label("why_unread", { reference }));
  else if (margin !== null && isHighest(item, prediction)) {
    const key = outcome === "correct" ? "why_correct_ll" : margin === 0 ? "why_tie_ll" : "why_wrong_ll";
    said.push(
      label(key, {
        prediction,
        reference,
        margin: decimal(Math.abs(margin)),
        value: decimal(item.loglikelihoods[LETTERS.indexOf(prediction)]),
      }),
    );
  } else said.push(label("why_plain", { prediction, reference }));
  if (!item.judgements) said.push(...grades(item, outcome));
  if (item.rule && hasLabel(`rule ${item.rule}`)) said.push(label(`rule ${item.rule}`));
  if (item.finish_reason === "length" && outcome !== "correct" && outcome !== "cut") said.push(label("why_length"));
  return said;
}

const isHighest = (item, letter) => item.loglikelihoods[LETTERS.indexOf(letter)] === Math.max(...item.loglikelihoods);

function beforeLine(item) {
  if (!item.before) return null;
  const { prediction } = item.before;
  const letter = item.options && prediction ? prediction : null;
  const values = { outcome: label(item.before.outcome), prediction: letter };
  return show(make("p", { class: "note" }), label(letter ? "why_before" : "why_before_plain", values));
}

function verdict(item, index) {
  const free =
    !item.options &&
    [
      ["reference", item.reference],
      ["prediction", item.prediction],
    ].filter(([, value]) => value !== undefined);
  return section(
    "why",
    make(
      "div",
      { class: "verdict" },
      ...reasons(item, index).map((sentence) => show(make("p"), sentence)),
      beforeLine(item),
      item.error ? block(item.error) : null,
      ...(free || []).map(([key, value]) =>
        make("div", { class: "turn" }, make("span", { class: "role" }, label(key)), block(value)),
      ),
      item.explanation ? make("p", { class: "line", lang: "en" }, data(item.explanation)) : null,
    ),
  );
}

function bar(value, was, low, high) {
  const share = (number) => `${(100 * (number - low)) / (high - low)}%`;
  const svg = makeSvg(
    "svg",
    { width: "100%", height: 8, "aria-hidden": "true" },
    makeSvg("rect", { class: "base", width: "100%", height: 8, rx: 2 }),
    makeSvg("rect", { class: "value", width: share(value), height: 8, rx: 2 }),
  );
  if (was !== undefined) svg.append(makeSvg("line", { class: "was", x1: share(was), x2: share(was), y1: -2, y2: 10 }));
  return svg;
}

// The options with their log-likelihoods as bars on one scale, and each option's share of their probability.
function options(item, index) {
  if (!item.options) return null;
  const values = item.loglikelihoods;
  const was = values && item.before?.loglikelihoods?.length === values.length ? item.before.loglikelihoods : [];
  const all = [...(values ?? []), ...was];
  // The bars begin a little below the lowest value, and end a little above the highest or at 0, where nothing is higher.
  const pad = Math.max(0.25, (Math.max(...all) - Math.min(...all)) * 0.12);
  const [low, high] = [Math.min(...all) - pad, Math.min(0, Math.max(...all) + pad)];
  const total = values?.reduce((sum, value) => sum + Math.exp(value - Math.max(...values)), 0);
  const rows = item.options.map((option, number) => {
    const letter = LETTERS[number] ?? String(number + 1);
    const [right, chosen] = [letter === core.reference[index], letter === core.prediction[index]];
    const marks = [
      right ? make("span", { class: "badge correct" }, label("is_reference")) : null,
      chosen ? make("span", { class: `badge ${right ? "correct" : "wrong"}` }, label("is_prediction")) : null,
    ];
    const value = values?.[number];
    return make(
      "tr",
      { class: right ? "right" : chosen ? "chosen" : null },
      make("th", { scope: "row" }, letter),
      make(
        "td",
        {},
        make("span", { lang: "ko" }, data(option)),
        ...marks,
        value === undefined ? null : bar(value, was[number], low, high),
      ),
      ...(value === undefined
        ? []
        : [
            make("td", { class: "number" }, decimal(value)),
            make("td", { class: "number" }, `${decimal((100 * Math.exp(value - Math.max(...values))) / total, 1)}%`),
          ]),
    );
  });
  const head =
    values &&
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th"),
        make("th"),
        make("th", { scope: "col" }, label("loglikelihood")),
        make("th", { scope: "col" }, label("share")),
      ),
    );
  return section(
    "options",
    make("table", { class: "options" }, head ?? null, make("tbody", {}, ...rows)),
    values
      ? make(
          "p",
          { class: "note" },
          label("bars", { low: decimal(low), high: decimal(high) }),
          was.length ? ` · ${label("then_mark")}` : "",
        )
      : null,
    !values && core.asked[core.subset[index]].method === "log_likelihood" && isMeasured(index)
      ? make("p", { class: "note" }, label("no_logits"))
      : null,
  );
}

function foldAway(summary, ...content) {
  return make("details", {}, make("summary", {}, summary), ...content);
}

function turn(message) {
  const role = hasLabel(`role ${message.role}`) ? label(`role ${message.role}`) : message.role;
  return make("div", { class: "turn" }, make("span", { class: "role" }, data(role)), block(message.content));
}

// What the model was given, to the letter: the text, or the chat's messages; worked examples are folded.
function prompt(item, index) {
  const shots = core.asked[core.subset[index]].num_few_shot;
  const cut = item.truncated ? make("p", { class: "notice" }, label("prompt_cut")) : null;
  if (item.messages) {
    const examples = item.messages.slice(-1 - 2 * shots, -1);
    const first = item.messages.slice(0, item.messages.length - 1 - examples.length);
    const fold = examples.length ? foldAway(label("example_turns", { shots }), ...examples.map(turn)) : null;
    return section("sent", cut, ...first.map(turn), fold, turn(item.messages.at(-1)));
  }
  const prefix = core.prefixes[item.prefix];
  return section(
    "sent",
    cut,
    prefix ? foldAway(label("examples", { n: count(prefix.length), shots }), block(prefix)) : null,
    block(item.input),
  );
}

// A text with the words that were read as the answer marked: at their place, which counts whole characters.
function marked(text, words, place) {
  const known = place === undefined ? -1 : Array.from(text).slice(0, place).join("").length;
  const start = !words ? -1 : known >= 0 && text.startsWith(words, known) ? known : text.lastIndexOf(words);
  if (start < 0) return block(text);
  const made = block("");
  made.append(
    ...[
      ["span", text.slice(0, start)],
      ["mark", words],
      ["span", text.slice(start + words.length)],
    ].map(([tag, part]) => show(make(tag), part)),
  );
  return made;
}

function reasoning(item) {
  return foldAway(label("thought", { n: count(item.reasoning.length) }), block(item.reasoning));
}

// Whether the reasoning stands in the output itself, between the model's own marks.
function thoughtAloud(item) {
  return Boolean(item.reasoning && item.raw_output?.includes(item.reasoning));
}

// The output with the words that were read marked; what it thought aloud is folded where it stands.
function spoken(item) {
  if (!thoughtAloud(item)) return marked(item.raw_output, item.why, item.why_start);
  const start = item.raw_output.indexOf(item.reasoning);
  const [before, after] = [item.raw_output.slice(0, start), item.raw_output.slice(start + item.reasoning.length)];
  const passed = Array.from(before + item.reasoning).length;
  const behind = !item.why || item.why_start === undefined || item.why_start >= passed;
  const place = item.why_start === undefined ? undefined : item.why_start - passed;
  return make(
    "div",
    {},
    before ? (behind ? block(before) : marked(before, item.why, item.why_start)) : null,
    reasoning(item),
    after ? (behind ? marked(after, item.why, place) : block(after)) : null,
  );
}

function output(item, index) {
  const before = item.before?.raw_output;
  const said =
    item.raw_output === undefined
      ? null
      : item.raw_output === ""
        ? make("p", { class: "note" }, label("empty_output"))
        : spoken(item);
  const nothing = label(outcomeOf(index) === "error" || outcomeOf(index) === "skipped" ? "no_response" : "no_output");
  const reason = item.finish_reason
    ? show(make("p", { class: "note" }), label("finish", { reason: item.finish_reason }))
    : null;
  const thought = item.reasoning && !thoughtAloud(item) ? reasoning(item) : null;
  const read = said && item.why ? make("p", { class: "note" }, label("words_read")) : null;
  return [
    section("output", thought, said ?? make("p", { class: "note" }, nothing), read, reason),
    before ? section("baseline_output", block(before)) : null,
  ];
}

function head(index) {
  const sign = { g: "gained", l: "lost" }[core.change?.[index]];
  const place = found.indexOf(index);
  const step = (distance, arrow, key) =>
    make(
      "button",
      {
        type: "button",
        "aria-label": label(key),
        title: label(key),
        onclick: () => openItem(found[place + distance], { replace: true }),
      },
      arrow,
    );
  const [previous, next] = [step(-1, "‹", "previous"), step(1, "›", "next")];
  previous.disabled = place <= 0;
  next.disabled = place < 0 || place >= found.length - 1;
  return make(
    "div",
    { class: "head" },
    make(
      "div",
      { class: "actions" },
      copyButton("copy_link", () => location.href),
      previous,
      next,
      make(
        "button",
        {
          type: "button",
          id: "close",
          "aria-label": label("close"),
          title: label("close"),
          onclick: () => closeItem(),
        },
        "✕",
      ),
    ),
    show(make("h2", { id: "detail-title" }), anchors[index]),
    badge(outcomeOf(index)),
    " ",
    sign ? make("span", { class: sign }, `${sign === "gained" ? "▲" : "▼"} ${label(sign)} `) : "",
    make("span", { class: "note" }, data(core.subsets[core.subset[index]])),
  );
}

async function drawItem(index) {
  const panel = byId("detail");
  if (!canUnpack) return panel.replaceChildren(head(index), make("p", { class: "notice" }, label("unreadable")));
  const item = await readItem(index);
  // A quicker key may have opened another item while this one was read.
  if (opened !== index) return;
  const asked = [verdict(item, index), options(item, index), images(item), prompt(item, index), ...output(item, index)];
  const parts = [...asked, judgements(item), answers(item), metadata(item), command(item)];
  panel.replaceChildren(head(index), ...parts.filter(Boolean));
}

async function openItem(index, { replace = false } = {}) {
  opened = index;
  const hash = `#${encodeURIComponent(anchors[index])}`;
  if (location.hash !== hash) history[replace ? "replaceState" : "pushState"](null, "", hash);
  reveal(index);
  await drawItem(index);
  if (opened !== index) return;
  byId("detail").hidden = false;
  byId("detail").scrollTop = 0;
  document.body.classList.add("has-detail");
  markOpened();
  byId("detail").focus({ preventScroll: true });
}

function closeItem({ keepHash = false } = {}) {
  if (opened < 0) return;
  const index = opened;
  opened = -1;
  byId("detail").hidden = true;
  document.body.classList.remove("has-detail");
  if (!keepHash) history.pushState(null, "", location.href.split("#")[0]);
  markOpened();
  byId("rows").querySelector(`[data-index="${index}"] a`)?.focus();
}

function markOpened() {
  for (const row of byId("rows").children) row.classList.toggle("open", Number(row.dataset.index) === opened);
  byId("rows").querySelector(".open")?.scrollIntoView({ block: "nearest" });
}
