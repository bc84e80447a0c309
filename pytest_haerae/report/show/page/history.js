// Wiring: language and theme; all else stands in the page.

beginAsChosen();
listenToChoices(chooseLanguage);
chooseLanguage(languageToBeginWith());
