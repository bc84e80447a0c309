// The images that an item is about, by name, size and hash: none of them is loaded, from the data or from an address.

function images(item) {
  const line = (image) => {
    const size = image.size === null ? [] : [`${image.size.toLocaleString("en")} B`];
    return make("li", {}, data([image.name, ...size, `SHA-256 ${image.sha256.slice(0, 16)}`].join(" · ")));
  };
  return section("images", item.images ? make("ul", { class: "images" }, ...item.images.map(line)) : null);
}
