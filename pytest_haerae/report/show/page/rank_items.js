// Items that split the models, with the answers of all of them beside each other.

const SHOWN = 20;
let shownItems = SHOWN;

function itemsFound() {
  const { part, right, wrong } = state;
  const [kind, name] = core.parts[part];
  return core.items.filter((item) => {
    if (kind === "subset" && item.subset !== name) return false;
    if (kind === "benchmark" && !item.subset.startsWith(`${name}/`)) return false;
    if (right >= 0 && item.answers[right]?.right !== true) return false;
    return wrong < 0 || item.answers[wrong]?.right === false;
  });
}

function drawItems() {
  const found = itemsFound();
  const { part, right, wrong } = state;
  const pair = right >= 0 && wrong >= 0 && right !== wrong ? pairOf(part, right, wrong) : null;
  const words = pair ? "items_of_pair" : "items_here";
  byId("count").textContent = label(words, { here: count(found.length), all: count(pair?.only ?? 0) });
  const more = make("button", { type: "button", onclick: showMore }, label("more"));
  byId("item-list").replaceChildren(...found.slice(0, shownItems).map(drawSplit));
  if (found.length > shownItems) byId("item-list").append(more);
  byId("clear").hidden = right < 0 && wrong < 0;
  for (const [id, chosen] of [
    ["right", right],
    ["wrong", wrong],
  ]) {
    const names = core.models.map((model, number) => show(make("option", { value: number }), model.name));
    byId(id).replaceChildren(make("option", { value: -1 }, label("any_model")), ...names);
    byId(id).value = chosen;
  }
}

function showMore() {
  shownItems += SHOWN;
  drawItems();
}

function drawSplit(item) {
  const options = (item.options ?? []).map((text, number) => make("li", {}, `${LETTERS[number]}. `, data(text)));
  const answers = core.models.map((model, number) => drawAnswer(model, item.answers[number]));
  return make(
    "details",
    { class: "split", open: true },
    make("summary", {}, data(item.id), " ", make("span", { class: "note" }, data(item.subset))),
    block(item.input),
    options.length ? make("ol", { class: "choices", lang: "ko" }, ...options) : null,
    make("p", {}, `${label("reference")}: `, data(item.reference)),
    make("div", { class: "answers" }, ...answers),
  );
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

function drawAnswer(model, answer) {
  const title = make("h3", {}, data(model.name));
  if (!answer) return make("div", { class: "answer" }, title, make("p", { class: "note" }, label("not_asked")));
  const said = answer.error ?? answer.output;
  const none = make("p", { class: "note" }, label("no_output"));
  const text = said === undefined ? none : block(said || label("empty_output"));
  const prediction = answer.prediction === undefined ? null : data(answer.prediction);
  return make(
    "div",
    { class: "answer" },
    title,
    make("p", {}, badge(answer.outcome), " ", prediction, answer.of ? ` · ${answer.of}` : ""),
    text,
  );
}
