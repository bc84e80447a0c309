// Language and theme, which a reader chooses once for all pages.

// Some browsers keep no settings for pages opened from a file; the page then follows the system each time.
function remember(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`pytest-haerae-${name}`);
    localStorage.setItem(`pytest-haerae-${name}`, value);
  } catch {
    // Nothing is lost but the choice.
  }
  return null;
}

const languageToBeginWith = () =>
  remember("language") ?? (navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en");

// Take the theme that was chosen, and show what stands in the page already as all texts are shown.
function beginAsChosen() {
  const theme = remember("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  for (const element of document.querySelectorAll("bdi.data")) show(element, element.textContent);
}

function chooseLanguage(wanted) {
  language = wanted;
  relabel();
  for (const button of document.querySelectorAll("[data-language]"))
    button.setAttribute("aria-pressed", button.dataset.language === wanted);
}

function listenToChoices(speak) {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      remember("language", button.dataset.language);
      speak(button.dataset.language);
    });
  }
  byId("theme").addEventListener("click", () => {
    const dark =
      document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    document.documentElement.dataset.theme = dark === "dark" ? "light" : "dark";
    remember("theme", document.documentElement.dataset.theme);
  });
}
