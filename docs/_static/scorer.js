"use strict";
// How well a page answers a search. Sphinx scores a page by its single best word; here
// each word of the query counts that stands in the page's title or in its headings, and
// pages that answer questions stand before those that tell of the project.
const PLACES = [
  [/^(start|how_to|guide)\//, 8],
  [/^reference\/glossary/, 3],
  [/^reference\//, 4],
  [/^examples\//, 2],
  [/^more\/(migration|compare|faq)/, 2],
  [/^more\//, -20],
  [/index$/, -6],
  [/sg_execution_times$/, -40],
];

// Words of a question that say nothing of the answer.
["can", "get", "make", "need", "one", "use", "using", "want"].forEach((word) =>
  stopwords.add(word),
);

const headingsOf = (docname) => {
  const index = Search._index;
  Search._headings ??= new Map();
  if (Search._headings.size === 0) {
    for (const [title, places] of Object.entries(index.alltitles))
      for (const [file] of places) {
        const name = index.docnames[file];
        const known = Search._headings.get(name) ?? "";
        Search._headings.set(name, `${known} ${title.toLowerCase()}`);
      }
  }
  return Search._headings.get(docname) ?? "";
};

var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score: ([docname, title, anchor, descr, score]) => {
    const field = document.querySelector('input[name="q"]');
    const stemmer = new Stemmer();
    const words = splitQuery((field?.value ?? "").toLowerCase())
      .filter((word) => !stopwords.has(word))
      .map((word) => stemmer.stemWord(word));
    const main = (Search._index.titles[Search._index.docnames.indexOf(docname)] ?? "")
      .toLowerCase();
    const headings = headingsOf(docname);
    for (const word of words) {
      if (main.includes(word)) score += 10;
      else if (headings.includes(word)) score += 4;
    }
    for (const [place, worth] of PLACES) {
      if (place.test(docname)) score += worth;
    }
    return score;
  },
};
