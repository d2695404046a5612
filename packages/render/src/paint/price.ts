/** A price taken apart for setting: `before`/`after` hold the currency, `unit` what follows the amount ("/ month"). */
export type Price = {
  readonly before: string;
  readonly whole: string;
  readonly decimals: string;
  readonly after: string;
  readonly unit: string;
};

const currency = '[€$£¥₹₩₽₺₪฿₫₴₦]|[A-Z]{2,3}[€$£¥]?|R\\$|kr\\.?|zł|Kč|Ft|lei|元|円|원|د\\.إ|ر\\.س';
const pattern = new RegExp(
  `^\\s*(${currency})?\\s*(\\d(?:[\\d.,'’ \\u00A0\\u202F]*\\d)?|[\\u0660-\\u0669\\u06F0-\\u06F9][\\u0660-\\u0669\\u06F0-\\u06F9\\u066B\\u066C.,]*)\\s*([.,][-–—]{1,2})?\\s*(${currency})?(?=$|[\\s/])\\s*(.*)$`,
  'u',
);

/** Takes a written price apart; a text that is no price comes back whole as `whole`. The last `.` or `,` with one or two digits after it starts the decimals. */
export const parsePrice = (text: string): Price => {
  const found = pattern.exec(text);
  if (!found) return { before: '', whole: text.trim(), decimals: '', after: '', unit: '' };
  const amount = (found[2] ?? '').trim();
  const split = /^(.*?)[.,\u066B]([\d\u0660-\u0669\u06F0-\u06F9]{1,2})$/u.exec(amount);
  return {
    before: found[1] ?? '',
    whole: (split?.[1] ?? amount) + (found[3] ?? ''),
    decimals: split?.[2] ?? '',
    after: found[4] ?? '',
    unit: (found[5] ?? '').trim(),
  };
};
