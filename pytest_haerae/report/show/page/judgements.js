// What a second model said of an answer: what the answer is worth by it, and its texts, each folded.

// Sentences of a verdict that a second model made, and of any that is between right and wrong.
function grades({ score, judgements }, outcome) {
  const said = [];
  if (judgements && outcome !== "unjudged") said.push(label("why_judged", { outcome: label(outcome) }));
  if (score !== undefined) said.push(label("why_score", { score: decimal(score) }));
  return said;
}

function foldedJudgements({ judgements = [] }) {
  const one = (text, place) => {
    const values = { place: place + 1, of: judgements.length, n: count(text.length) };
    return foldAway(label("judgement", values), text ? block(text) : make("p", { class: "note" }, label("empty_output")));
  };
  return judgements.map(one);
}

const judgements = (item) => section("judgements", ...foldedJudgements(item));
