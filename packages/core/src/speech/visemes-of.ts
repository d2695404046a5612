import { letterRules, type Phone, phonesOf, plainLetters } from './phone-rules.ts';

/** The sounds of a spoken word, as the mouth shows them, from its letters. Scripts without rules give a consonant and a vowel for each syllable, as their characters fall. */
export function visemesOf(word: string, language: string): readonly Phone[] {
  const lower = word.toLowerCase().normalize('NFC');
  const text = plainLetters(language) ? lower.normalize('NFD').replaceAll(/\p{M}/gu, '') : lower;
  const known = /\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}/u.test(text);
  const found = known ? readLetters(text, language) : syllablePhones(lower);
  return found.length > 0 || !/[\p{L}\p{N}]/u.test(word) ? joined(found) : phonesOf('@');
}

function readLetters(text: string, language: string): readonly Phone[] {
  const rules = letterRules(language);
  const found: Phone[] = [];
  for (let at = 0; at < text.length; ) {
    let length = 0;
    for (const [letters, sounds] of rules) {
      letters.lastIndex = at;
      const match = letters.exec(text);
      if (match === null || match[0].length === 0) continue;
      length = match[0].length;
      found.push(...phonesOf(sounds));
      break;
    }
    at += Math.max(1, length);
  }
  return found;
}

const openings = ['a', 'e', 'o', 'i', 'a', 'u', 'e'];
/** None that shuts the mouth: where nothing is known, how loud it is says best how far it is open. */
const starts = ['l', 'k', 'l', 's', 'k', 'l', 'j', 'l'];

/** For characters that stand for syllables, or whose vowels are not written: one consonant and one vowel each, told by the character. */
function syllablePhones(text: string): readonly Phone[] {
  return [...text].flatMap((char) => {
    if (!/\p{L}/u.test(char)) return [];
    const code = char.codePointAt(0) ?? 0;
    return phonesOf(`${starts[code % starts.length]}${openings[(code >> 1) % openings.length]}`);
  });
}

/** Neighbours of one shape are one longer sound; a soft sound between others of its shape is not seen. */
function joined(list: readonly Phone[]): readonly Phone[] {
  const found: Phone[] = [];
  for (const phone of list) {
    const before = found.at(-1);
    if (before !== undefined && before.viseme === phone.viseme && before.kind === phone.kind)
      found[found.length - 1] = { ...before, weight: before.weight + phone.weight * 0.5 };
    else found.push(phone);
  }
  return found;
}
