import { cuss as spanish } from 'cuss/es';
import { cuss as french } from 'cuss/fr';
import { cuss as italian } from 'cuss/it';
import { cuss as portuguese } from 'cuss/pt';
import arWords from 'naughty-words/ar.json' with { type: 'json' };
import csWords from 'naughty-words/cs.json' with { type: 'json' };
import daWords from 'naughty-words/da.json' with { type: 'json' };
import deWords from 'naughty-words/de.json' with { type: 'json' };
import eoWords from 'naughty-words/eo.json' with { type: 'json' };
import esWords from 'naughty-words/es.json' with { type: 'json' };
import faWords from 'naughty-words/fa.json' with { type: 'json' };
import fiWords from 'naughty-words/fi.json' with { type: 'json' };
import filWords from 'naughty-words/fil.json' with { type: 'json' };
import frWords from 'naughty-words/fr.json' with { type: 'json' };
import hiWords from 'naughty-words/hi.json' with { type: 'json' };
import huWords from 'naughty-words/hu.json' with { type: 'json' };
import itWords from 'naughty-words/it.json' with { type: 'json' };
import jaWords from 'naughty-words/ja.json' with { type: 'json' };
import koWords from 'naughty-words/ko.json' with { type: 'json' };
import nlWords from 'naughty-words/nl.json' with { type: 'json' };
import noWords from 'naughty-words/no.json' with { type: 'json' };
import plWords from 'naughty-words/pl.json' with { type: 'json' };
import ptWords from 'naughty-words/pt.json' with { type: 'json' };
import ruWords from 'naughty-words/ru.json' with { type: 'json' };
import svWords from 'naughty-words/sv.json' with { type: 'json' };
import thWords from 'naughty-words/th.json' with { type: 'json' };
import trWords from 'naughty-words/tr.json' with { type: 'json' };
import zhWords from 'naughty-words/zh.json' with { type: 'json' };

type WordList = { readonly name: string; readonly words: readonly string[]; readonly sure: number };

/** Ratings of `cuss`: 0 hardly, 1 maybe, 2 likely meant to offend. */
type Ratings = Readonly<Record<string, number>>;
const likely = 2;
/** A list without ratings holds harmless words too. */
const oneList = 0.5;
const twoLists = 0.8;

/** The words that stand on both lists: each alone holds many that are harmless. */
function onBoth(words: readonly string[], ratings: Ratings): WordList {
  const rated = new Set(Object.entries(ratings).flatMap(([word, rating]) => (rating === likely ? [word.toLowerCase()] : [])));
  return { name: 'naughty-words and cuss', words: words.filter((word) => rated.has(word.toLowerCase())), sure: twoLists };
}

function alone(words: readonly string[]): WordList {
  return { name: 'naughty-words', words, sure: oneList };
}

/** Words that offend, by bare language (naughty-words, CC BY 4.0; cuss, MIT), joined when they are asked for; English has a matcher of its own. */
export const wordLists: Readonly<Record<string, (() => WordList) | undefined>> = {
  ar: () => alone(arWords),
  cs: () => alone(csWords),
  da: () => alone(daWords),
  de: () => alone(deWords),
  eo: () => alone(eoWords),
  es: () => onBoth(esWords, spanish),
  fa: () => alone(faWords),
  fi: () => alone(fiWords),
  tl: () => alone(filWords),
  fr: () => onBoth(frWords, french),
  hi: () => alone(hiWords),
  hu: () => alone(huWords),
  it: () => onBoth(itWords, italian),
  ja: () => alone(jaWords),
  ko: () => alone(koWords),
  nl: () => alone(nlWords),
  no: () => alone(noWords),
  pl: () => alone(plWords),
  pt: () => onBoth(ptWords, portuguese),
  ru: () => alone(ruWords),
  sv: () => alone(svWords),
  th: () => alone(thWords),
  tr: () => alone(trWords),
  zh: () => alone(zhWords),
};
