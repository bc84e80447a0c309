// The command that runs one item again, and buttons that copy.

// An argument as a POSIX shell reads it; control characters, which a terminal would obey, by their numbers.
function quote(argument) {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  if (argument.search(HIDDEN) < 0 && !argument.includes("\n")) return `'${argument.replaceAll("'", `'"'"'`)}'`;
  const escape = (sign) =>
    sign === "\\" || sign === "'"
      ? "\\" + sign
      : [...new TextEncoder().encode(sign)].map((byte) => "\\x" + byte.toString(16).padStart(2, "0")).join("");
  return `$'${argument.replace(/[\\']|\n/g, escape).replace(HIDDEN, escape)}'`;
}

function command(item) {
  if (!item.nodeid) return section("rerun", make("p", { class: "note" }, label("no_rerun")));
  const wanted = ["pytest", item.nodeid, ...(core.rerun_options ?? []), "--output-file=.haerae/rerun.json"]
    .map(quote)
    .join(" ");
  const made = section(
    "rerun",
    block(wanted, "command"),
    make("p", { class: "note" }, label(core.rerun_options ? "rerun_note" : "no_options")),
  );
  made.firstChild.replaceWith(
    make(
      "div",
      { class: "with-button" },
      made.firstChild.cloneNode(true),
      copyButton("copy", () => wanted),
    ),
  );
  return made;
}

function copyButton(key, content) {
  const made = make(
    "button",
    {
      type: "button",
      onclick: async () => {
        await navigator.clipboard.writeText(content());
        made.textContent = label("copied");
        setTimeout(() => (made.textContent = label(key)), 1500);
      },
    },
    label(key),
  );
  return made;
}
