/** Advance widths in thousandths of an em of the characters from space to tilde in the default font, regular and bold. */
const regular =
  '281 288 466 633 642 982 644 300 365 365 501 662 288 460 288 360 631 407 610 618 646 593 620 566 619 620 288 302 662 662 662 511 966 690 654 730 722 601 590 746 743 269 571 672 565 903 753 765 639 765 644 642 646 744 690 985 682 679 629 365 360 365 471 456 323 562 612 571 612 583 370 613 591 242 242 549 242 876 591 600 612 612 376 528 327 591 562 818 546 562 552 426 333 426 662';
const bold =
  '237 338 552 649 655 1016 672 339 377 377 559 679 334 468 334 388 674 431 630 646 676 622 649 582 651 649 334 343 679 679 679 560 1016 747 662 740 722 607 587 750 747 281 584 719 565 932 762 771 648 777 657 655 667 732 747 1038 738 731 664 377 388 377 487 476 365 581 630 588 630 596 398 632 623 271 271 580 271 913 623 613 630 630 407 560 366 623 600 850 580 602 573 469 372 469 679';
const tables = { regular: regular.split(' ').map(Number), bold: bold.split(' ').map(Number) };
const marks = /^(?:\p{Mn}|\p{Me}|\p{Cf}|\p{Emoji_Modifier})/u;
const wide = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\u{1f300}-\u{1faff}]/u;

/** Width of a text in ems, before any font is at hand: exact but for kerning in the default font's Latin, one em for CJK and emoji. */
export function estimateWidthEm(text: string, strong: boolean): number {
  const table = strong ? tables.bold : tables.regular;
  let sum = 0;
  let joined = false;
  for (const char of text) {
    // What a joiner ties to the picture before it, and marks above and below letters, take no room of their own.
    const width = joined || marks.test(char) ? 0 : wide.test(char) ? 1000 : (table[(char.codePointAt(0) ?? 0) - 32] ?? otherWidth(char));
    sum += width;
    joined = char === '\u200D' && sum > 0;
  }
  return sum / 1000;
}

/** Mean advances of other scripts' letters in their bold Noto faces. */
function otherWidth(char: string): number {
  if (/\p{Script=Arabic}/u.test(char)) return 560;
  if (/\p{Script=Devanagari}/u.test(char)) return /\p{Mc}/u.test(char) ? 330 : 600;
  if (/\p{Script=Hebrew}/u.test(char)) return 590;
  if (/[‘’‚·]/u.test(char)) return 300;
  return /[—…]/u.test(char) ? 1000 : 620;
}

export type LineEstimate = { readonly widthEm: number; readonly bold: boolean; readonly language: string };

/** How many lines a text will take in a column of `widthEm`; at least one. */
export function estimateLines(text: string, { widthEm, bold: strong, language }: LineEstimate): number {
  const unspaced = /^(zh|ja|th)/.test(language);
  const words = unspaced ? [...text] : text.split(/\s+/).filter((word) => word !== '');
  const space = unspaced ? 0 : estimateWidthEm(' ', strong);
  let lines = 1;
  let used = 0;
  for (const word of words) {
    const width = estimateWidthEm(word, strong);
    if (used > 0 && used + space + width > widthEm) {
      lines++;
      used = width;
    } else used += (used > 0 ? space : 0) + width;
  }
  return lines;
}
