// Wiring: language, theme, filters, order, the chosen part and pair.

function drawSelectOfParts() {
  const options = core.parts.map((part, number) => show(make("option", { value: number }), partName(number)));
  byId("part").replaceChildren(...options);
  byId("part").value = state.part;
  byId("part").closest("label").hidden = core.parts.length < 2;
}

function draw() {
  drawSelectOfParts();
  drawModels();
  drawParts();
  drawPairs();
  drawItems();
}

function choosePart(number) {
  state.part = number;
  shownItems = SHOWN;
  draw();
}

function choosePair(right, wrong) {
  Object.assign(state, { right, wrong });
  shownItems = SHOWN;
  draw();
}

function speak(wanted) {
  chooseLanguage(wanted);
  draw();
}

function listen() {
  listenToChoices(speak);
  byId("search").addEventListener("input", (event) => {
    state.query = event.target.value;
    drawModels();
  });
  byId("part").addEventListener("change", (event) => choosePart(Number(event.target.value)));
  byId("right").addEventListener("change", (event) => choosePair(Number(event.target.value), state.wrong));
  byId("wrong").addEventListener("change", (event) => choosePair(state.right, Number(event.target.value)));
  byId("clear").addEventListener("click", () => choosePair(-1, -1));
  for (const header of document.querySelectorAll("[data-sort]")) {
    header.querySelector("button").addEventListener("click", () => {
      const key = header.dataset.sort;
      Object.assign(order, { key, descending: order.key === key && !order.descending });
      drawModels();
    });
  }
  // On paper nothing can be unfolded.
  window.addEventListener("beforeprint", () => {
    shownItems = core.items.length;
    drawItems();
  });
}

beginAsChosen();
listen();
speak(languageToBeginWith());
