// The columns of an item's row that have no other meaning: its category, its source, whatever its data set says of it.

function metadata(item) {
  const entries = Object.entries(item.metadata ?? {});
  const line = ([name, value]) =>
    make("div", {}, make("dt", {}, data(name)), make("dd", {}, data(typeof value === "string" ? value : JSON.stringify(value))));
  return section("metadata", entries.length ? make("dl", { class: "metadata" }, ...entries.map(line)) : null);
}
