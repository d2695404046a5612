import { numberPattern, type WordContext, type WordRule } from './word-context.ts';

const digits = '零一二三四五六七八九';
const places = ['', '十', '百', '千'] as const;
const groups = ['', '万', '亿', '万亿'] as const;

/** A whole number in Chinese characters, as one word: 10,203 is 一万零二百零三, 15 is 十五; below 10^15, beyond which not every digit is kept. */
export function chineseCardinal(value: number): readonly string[] {
  if (value === 0) return ['零'];
  let rest = Math.floor(value);
  let text = '';
  let gap = false;
  for (let group = 0; rest > 0 && group < groups.length; group++) {
    const part = rest % 10_000;
    rest = Math.floor(rest / 10_000);
    if (part === 0) {
      gap ||= text !== '';
      continue;
    }
    text = `${belowTenThousand(part)}${groups[group]}${gap ? '零' : ''}${text}`;
    gap = part < 1000;
  }
  return [text.replace(/^零+/, '').replace(/^一十/, '十')];
}

function belowTenThousand(value: number): string {
  let text = '';
  for (let place = 3; place >= 0; place--) {
    const digit = Math.floor(value / 10 ** place) % 10;
    if (digit > 0) text += `${digits[digit]}${places[place]}`;
    else if (text !== '' && value % 10 ** place > 0 && !text.endsWith('零')) text += '零';
  }
  return text;
}

const spelled = (text: string): string => [...text].map((digit) => digits[Number(digit)] ?? '').join('');

/** A number as it is written ("1,299.50", "-3"), digit by digit behind the point; null if it is none. */
function chineseNumber(written: string): string | null {
  if (!numberPattern.test(written)) return null;
  const [whole = '', fraction, ...more] = written
    .replace(/^[-−–]/, '')
    .replaceAll(/[,\u00a0\u202f']/g, '')
    .split('.');
  if (more.length > 0 || !/^\d{1,15}$/.test(whole)) return null;
  const sign = /^[-−–]/.test(written) ? '负' : '';
  const head = /^0\d/.test(whole) ? spelled(whole) : chineseCardinal(Number(whole)).join('');
  return `${sign}${head}${fraction === undefined ? '' : `点${spelled(fraction)}`}`;
}

const currencies: Readonly<Record<string, string>> = { '¥': '元', '￥': '元', $: '美元', '€': '欧元', '£': '英镑', '₹': '卢比' };
/** Words that count; 2 is 两 before them. */
const counters =
  /^(?:个|小时|天|年|次|位|种|张|本|件|台|杯|只|条|块|元|分钟|周|星期|倍|人|家|千|万|亿|米|公里|公斤|克|升|岁|步|部|支|盏|斤|度|点)/;

const year: WordRule = ({ core, next }) => (/^\d{4}$/.test(core) && next.startsWith('年') ? [spelled(core)] : null);
const two: WordRule = ({ core, next }) => (core === '2' && counters.test(next) && !next.startsWith('年代') ? ['两'] : null);

const share: WordRule = ({ core }) => {
  const number = /[%％]$/.test(core) ? chineseNumber(core.slice(0, -1)) : null;
  return number === null ? null : [`百分之${number}`];
};

const money: WordRule = ({ core, next }) => {
  const match = /^([-−]?)([¥￥$€£₹])([\d.,]*\d)$/.exec(core) ?? /^([-−]?)()([\d.,]*\d)([¥￥$€£₹])$/.exec(core);
  const name = currencies[match?.[2] || match?.[4] || ''];
  const amount = chineseNumber((match?.[3] ?? '').replace(/\.0+$/, '').replace(/(\.\d)0$/, '$1'));
  if (name === undefined || amount === null) return null;
  return [`${match?.[1] ? '负' : ''}${amount === '二' ? '两' : amount}${next.startsWith(name) ? '' : name}`];
};

/** "10-20" is 十到二十, "16:9" is 十六比九, "18:30" is 十八点三十分. */
const pair: WordRule = ({ core }: WordContext) => {
  const match = /^(\d[\d,.]*)([-–—~～:：])(\d[\d,.]*)$/.exec(core);
  const left = chineseNumber(match?.[1] ?? '');
  const right = chineseNumber(match?.[3] ?? '');
  if (match === null || left === null || right === null) return null;
  if (!/[:：]/.test(match[2] ?? '')) return [`${left}到${right}`];
  if (/^\d\d$/.test(match[3] ?? '')) return [match[3] === '00' ? `${left}点` : `${left}点${right}分`];
  return [`${left}比${right}`];
};

const plain: WordRule = ({ core }) => {
  const number = chineseNumber(core);
  return number === null ? null : [number];
};

/** Rules for Chinese: years digit by digit, 两 before counters, shares, money, ranges, numbers; a number is one spoken word. */
export const chineseRules: readonly WordRule[] = [year, two, share, money, pair, plain];
