import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spokenWords } from './spoken-words.ts';

const said = (text: string): string =>
  spokenWords(text, 'en-US')
    .flatMap((token) => token.spoken)
    .join(' ');

const families: Readonly<Record<string, readonly (readonly [written: string, spoken: string])[]>> = {
  numbers: [
    ['1,299.50', 'one thousand two hundred ninety nine point five zero'],
    ['0 10 100 1000', 'zero ten one hundred one thousand'],
    ['48 hours', 'forty eight hours'],
    ['-5 and +5', 'minus five and plus five'],
    ['3.14', 'three point one four'],
    ['007', 'zero zero seven'],
    ['100+', 'one hundred plus'],
    ['555-0199', 'five five five zero one nine nine'],
    ['7/10 and ½', 'seven out of ten and one half'],
    ['3 x 4', 'three times four'],
    ['a+b=c and 2+2=4', 'A plus B equals C and two plus two equals four'],
    ['World War II, Henry VIII, Part X', 'world war two henry eight part ten'],
    ['3 1/2 cups', 'three and one half cups'],
    ['2:1', 'two to one'],
    ['Chapter IV', 'chapter four'],
    ['1,000,000', 'one million'],
    ['2.0.1', 'two point zero point one'],
    ['#3', 'number three'],
    ['the 1st, 2nd, 22nd and 100th', 'the first second twenty second and one hundredth'],
    ['1/2 or 3/4, 24/7', 'one half or three quarters twenty four seven'],
  ],
  money: [
    ['$129.00', 'one hundred twenty nine dollars'],
    ['$129.', 'one hundred twenty nine dollars'],
    ['$1,299.50', 'one thousand two hundred ninety nine dollars and fifty cents'],
    ['$1', 'one dollar'],
    ['€0.99', 'ninety nine cents'],
    ['£5.01', 'five pounds and one penny'],
    ['$5M', 'five million dollars'],
    ['$5 million', 'five million dollars'],
    ['129€', 'one hundred twenty nine euros'],
    ['$5-$10', 'five dollars to ten dollars'],
    ['$49.99/month', 'forty nine dollars and ninety nine cents per month'],
  ],
  dates: [
    ['2026-11-21', 'november twenty first twenty twenty six'],
    ['11/21/2026', 'november twenty first twenty twenty six'],
    ['Nov 21', 'november twenty first'],
    ['Nov. 21, 2026', 'november twenty first twenty twenty six'],
    ['21 November', 'twenty first november'],
    ['May 5', 'may fifth'],
    ['on 12/25, by 1/2', 'on december twenty fifth by january second'],
    ['in 1999 and 2024', 'in nineteen ninety nine and twenty twenty four'],
    ['since 1905', 'since nineteen oh five'],
    ['in 2005', 'in two thousand five'],
    ['2000 people', 'two thousand people'],
    ['1500 lumens', 'one thousand five hundred lumens'],
    ['the 1990s', 'the nineteen nineties'],
    ['2020-2026', 'twenty twenty to twenty twenty six'],
  ],
  times: [
    ['14:30', 'fourteen thirty'],
    ['at 10:00', "at ten o'clock"],
    ['9am', 'nine A M'],
    ['9:05 pm', 'nine oh five P M'],
    ['10:30 a.m.', 'ten thirty A M'],
    ['I am', 'i am'],
    ['Mon-Fri, 9am-5pm', 'monday to friday nine A M to five P M'],
    ['10:30–11:45', 'ten thirty to eleven forty five'],
  ],
  units: [
    ['5 kg', 'five kilograms'],
    ['1 kg', 'one kilogram'],
    ['5kg', 'five kilograms'],
    ['10km/h', 'ten kilometers per hour'],
    ['120 km/h', 'one hundred twenty kilometers per hour'],
    ['16GB', 'sixteen gigabytes'],
    ['4K', 'four K'],
    ['1080p', 'ten eighty P'],
    ['60fps', 'sixty frames per second'],
    ['20°C', 'twenty degrees celsius'],
    ['50%', 'fifty percent'],
    ['3.5 %', 'three point five percent'],
    ['3x', 'three times'],
    ['16:9', 'sixteen by nine'],
    ['5-10', 'five to ten'],
    ['5–10%', 'five to ten percent'],
    ['10k', 'ten thousand'],
    ['12-hour', 'twelve hour'],
    ['50%–70%', 'fifty percent to seventy percent'],
    [`5'10"`, 'five foot ten'],
  ],
  abbreviations: [
    ['Dr. Smith', 'doctor smith'],
    ['e.g. this, etc.', 'for example this et cetera'],
    ['us vs. them', 'us versus them'],
    ['No. 5', 'number five'],
    ['No.', 'no'],
    ['salt & pepper', 'salt and pepper'],
    ['R&D, AT&T', 'R and D A T and T'],
    ['12 Main St. is near St. Paul', 'twelve main street is near saint paul'],
    ['A + B', 'A plus B'],
    ['C++', 'C plus plus'],
  ],
  letters: [
    ['USB and NASA', 'U S B and nasa'],
    ['HDMI, PDFs', "H D M I P D F's"],
    ['the U.S. team', 'the U S team'],
    ['BUY IT NOW', 'buy it now'],
    ['MP4, mp3', 'M P four M P three'],
    ['H.264', 'H two hundred sixty four'],
    ['USB-C', 'U S B C'],
    ['Visit orlune.com.', 'visit orlune dot com'],
    ['https://www.orlune.com/shop', 'W W W dot orlune dot com slash shop'],
    ['hello@orlune.io', 'hello at orlune dot I O'],
    ['@orlune #launch', 'at orlune hashtag launch'],
    ['state-of-the-art twenty-one', 'state of the art twenty one'],
    ["It’s 'fine'", "it's fine"],
    ['and/or', 'and or'],
    ['wait — what...', 'wait what'],
  ],
};

for (const [family, cases] of Object.entries(families)) {
  test(`English ${family} are said as a reader says them`, () => {
    const found = cases.map(([written]) => [written, said(written)]);
    assert.deepEqual(found, cases);
  });
}

test('only the point of a sentence pauses', () => {
  const pauses = (text: string): string =>
    spokenWords(text, 'en')
      .map((token) => token.pauseAfter[0])
      .join('');
  assert.equal(pauses('Yes, Dr. Watson. Go'), 'cnsn');
  assert.equal(pauses('Lamps, etc. Then rest — long.'), 'csncns');
});

test('no written word is lost, whatever it holds', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  let state = seed;
  const next = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % limit;
  };
  const signs = ['a', 'B', '1', '9', '.', ',', '-', '/', ':', '$', '%', ' ', "'", '€', '°', 'é', '🙂', '日', '\u0000', '(', '"', 'm', 'K'];
  for (let round = 0; round < 2000; round += 1) {
    const text = Array.from({ length: 1 + next(12) }, () => signs[next(signs.length)]).join('');
    const tokens = spokenWords(text, 'en');
    assert.equal(
      tokens.map((token) => text.slice(token.start, token.end)).join(''),
      tokens.map((token) => token.written).join(''),
      `seed ${seed}`,
    );
    assert.ok(
      tokens.every((token) => token.spoken.every((word) => word !== '' && !/\s/.test(word))),
      `seed ${seed}: ${JSON.stringify(text)}`,
    );
  }
});
