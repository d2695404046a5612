import { numberWords } from './numerals.ts';
import { numberPattern, type WordRule } from './word-context.ts';

type Units = Readonly<Record<string, readonly [string, string]>>;

const signs = 'mm cm m km km/h m² g kg mg t ml l s min h W kW kWh V Hz MHz GHz MB GB TB °C °'.split(' ');

/** Names of `signs` in their order, one language a line; a name that changes for many is written one|many. */
function named(names: string): Units {
  const list = names.split(',').map((name) => name.trim());
  return Object.fromEntries(
    signs.flatMap((sign, index) => {
      const [one = '', many = one] = (list[index] ?? '').split('|');
      return one === '' ? [] : [[sign, [one, many] as const]];
    }),
  );
}

const byLanguage: Readonly<Record<string, Units>> = {
  de: named(
    'Millimeter, Zentimeter, Meter, Kilometer, Kilometer pro Stunde, Quadratmeter, Gramm, Kilogramm, Milligramm, Tonne|Tonnen, Milliliter, Liter, Sekunde|Sekunden, Minute|Minuten, Stunde|Stunden, Watt, Kilowatt, Kilowattstunde|Kilowattstunden, Volt, Hertz, Megahertz, Gigahertz, Megabyte, Gigabyte, Terabyte, Grad Celsius, Grad',
  ),
  fr: named(
    'millimètre|millimètres, centimètre|centimètres, mètre|mètres, kilomètre|kilomètres, kilomètre par heure|kilomètres par heure, mètre carré|mètres carrés, gramme|grammes, kilo|kilos, milligramme|milligrammes, tonne|tonnes, millilitre|millilitres, litre|litres, seconde|secondes, minute|minutes, heure|heures, watt|watts, kilowatt|kilowatts, kilowattheure|kilowattheures, volt|volts, hertz, mégahertz, gigahertz, mégaoctet|mégaoctets, gigaoctet|gigaoctets, téraoctet|téraoctets, degré Celsius|degrés Celsius, degré|degrés',
  ),
  es: named(
    'milímetro|milímetros, centímetro|centímetros, metro|metros, kilómetro|kilómetros, kilómetro por hora|kilómetros por hora, metro cuadrado|metros cuadrados, gramo|gramos, kilo|kilos, miligramo|miligramos, tonelada|toneladas, mililitro|mililitros, litro|litros, segundo|segundos, minuto|minutos, hora|horas, vatio|vatios, kilovatio|kilovatios, kilovatio hora|kilovatios hora, voltio|voltios, hercio|hercios, megahercio|megahercios, gigahercio|gigahercios, megabyte|megabytes, gigabyte|gigabytes, terabyte|terabytes, grado Celsius|grados Celsius, grado|grados',
  ),
  zh: named(
    '毫米, 厘米, 米, 公里, 公里每小时, 平方米, 克, 公斤, 毫克, 吨, 毫升, 升, 秒, 分钟, 小时, 瓦, 千瓦, 千瓦时, 伏, 赫兹, 兆赫, 吉赫, 兆字节, 吉字节, 太字节, 摄氏度, 度',
  ),
  hi: named(
    'मिलीमीटर, सेंटीमीटर, मीटर, किलोमीटर, किलोमीटर प्रति घंटा, वर्ग मीटर, ग्राम, किलोग्राम, मिलीग्राम, टन, मिलीलीटर, लीटर, सेकंड, मिनट, घंटा|घंटे, वाट, किलोवाट, किलोवाट घंटा|किलोवाट घंटे, वोल्ट, हर्ट्ज़, मेगाहर्ट्ज़, गीगाहर्ट्ज़, मेगाबाइट, गीगाबाइट, टेराबाइट, डिग्री सेल्सियस, डिग्री',
  ),
  ar: named(
    'مليمتر, سنتيمتر, متر, كيلومتر, كيلومتر في الساعة, متر مربع, غرام, كيلوغرام, مليغرام, طن, مليلتر, لتر, ثانية, دقيقة, ساعة, واط, كيلوواط, كيلوواط ساعة, فولت, هرتز, ميغاهرتز, غيغاهرتز, ميغابايت, غيغابايت, تيرابايت, درجة مئوية, درجة',
  ),
};

/** Units beside a number ("680 g", "5km") in the languages that have names for them here; English has rules of its own. */
export function unitRules(language: string): readonly WordRule[] {
  const units = byLanguage[language];
  if (units === undefined) return [];
  const words = (sign: string, amount: string): readonly string[] | null => {
    const found = units[sign] ?? units[sign === 'L' ? 'l' : sign === 'm2' ? 'm²' : ''];
    return found?.[/^[-−]?1$/.test(amount) ? 0 : 1].split(' ') ?? null;
  };
  const apart: WordRule = ({ core, previous }) => (numberPattern.test(previous) ? words(core, previous) : null);
  const together: WordRule = ({ core, numerals }) => {
    const [, amount = '', sign = ''] = /^([-−+]?\d[\d.,]*?)([a-zA-Z°²/]+)$/.exec(core) ?? [];
    const unit = sign === '' ? null : words(sign, amount);
    const number = unit && numberWords(amount, numerals);
    return unit && number && [...number, ...unit];
  };
  return [apart, together];
}
