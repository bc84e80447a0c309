// All answers to one item, where several were asked for: each folded, with the words that were read as it marked.

function answers(item) {
  const given = item.answers ?? [];
  const one = (answer, place) => {
    const letter = answer.prediction ?? null;
    const key = letter === null ? "answer_of_plain" : "answer_of";
    const title = label(key, { place: place + 1, outcome: label(answer.outcome), prediction: letter });
    const said = answer.raw_output ?? answer.error ?? "";
    const thought = answer.reasoning
      ? foldAway(label("reasoning", { n: count(answer.reasoning.length) }), block(answer.reasoning))
      : null;
    const ranked = answer.rank === undefined ? "" : ` · ${label("answer_rank", { rank: decimal(answer.rank, 3) })}`;
    const graded = grades(answer, answer.outcome).map((sentence) => show(make("p", { class: "note" }), sentence));
    const parts = [thought, marked(said, answer.why, answer.why_start), ...graded, ...foldedJudgements(answer)];
    return foldAway(show(make("span"), title + ranked), ...parts);
  };
  return given.length ? make("section", {}, make("h3", {}, label("answers", { n: given.length })), ...given.map(one)) : null;
}
