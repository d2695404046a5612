/** Abbreviations that are written with a point (given here without) or plainly; English. */
export const abbreviations: Readonly<Record<string, string>> = {
  'dr.': 'doctor',
  'mr.': 'mister',
  'mrs.': 'missus',
  'ms.': 'miz',
  'prof.': 'professor',
  'st.': 'saint',
  'jr.': 'junior',
  'sr.': 'senior',
  'inc.': 'incorporated',
  'ltd.': 'limited',
  'co.': 'company',
  'corp.': 'corporation',
  'dept.': 'department',
  'approx.': 'approximately',
  'min.': 'minimum',
  'max.': 'maximum',
  'incl.': 'including',
  'est.': 'established',
  'vol.': 'volume',
  'fig.': 'figure',
  'e.g.': 'for example',
  'i.e.': 'that is',
  'etc.': 'et cetera',
  etc: 'et cetera',
  'vs.': 'versus',
  vs: 'versus',
  'a.m.': 'A M',
  'p.m.': 'P M',
  'c++': 'C plus plus',
  'c#': 'C sharp',
  '.net': 'dot net',
  'w/o': 'without',
  'w/': 'with',
  'mon.': 'monday',
  'tue.': 'tuesday',
  'wed.': 'wednesday',
  'thu.': 'thursday',
  'fri.': 'friday',
};

/** Abbreviations whose point may also end a sentence, when a capital follows. */
export const mayEndSentence: ReadonlySet<string> = new Set(['etc.', 'inc.', 'ltd.', 'co.', 'corp.', 'a.m.', 'p.m.', 'jr.', 'sr.']);

/** Month names and their usual short forms -> name. */
export const months: Readonly<Record<string, string>> = Object.fromEntries(
  'january february march april may june july august september october november december'.split(' ').flatMap((name) => [
    [name, name],
    [name.slice(0, 3), name],
    [`${name.slice(0, 3)}.`, name],
    ...(name === 'september'
      ? [
          ['sept', name],
          ['sept.', name],
        ]
      : []),
  ]),
);
/** Month names in order, January first. */
export const monthNames: readonly string[] = [...new Set(Object.values(months))];

/** Units beside a number -> [one, many]. Case matters: GB is gigabytes, Gb gigabits. */
export const units: Readonly<Record<string, readonly [string, string]>> = {
  mm: ['millimeter', 'millimeters'],
  cm: ['centimeter', 'centimeters'],
  m: ['meter', 'meters'],
  km: ['kilometer', 'kilometers'],
  'km/h': ['kilometer per hour', 'kilometers per hour'],
  'm/s': ['meter per second', 'meters per second'],
  mph: ['mile per hour', 'miles per hour'],
  mi: ['mile', 'miles'],
  ft: ['foot', 'feet'],
  yd: ['yard', 'yards'],
  'm²': ['square meter', 'square meters'],
  'm³': ['cubic meter', 'cubic meters'],
  g: ['gram', 'grams'],
  mg: ['milligram', 'milligrams'],
  kg: ['kilogram', 'kilograms'],
  lb: ['pound', 'pounds'],
  lbs: ['pound', 'pounds'],
  oz: ['ounce', 'ounces'],
  ml: ['milliliter', 'milliliters'],
  l: ['liter', 'liters'],
  L: ['liter', 'liters'],
  s: ['second', 'seconds'],
  sec: ['second', 'seconds'],
  ms: ['millisecond', 'milliseconds'],
  min: ['minute', 'minutes'],
  h: ['hour', 'hours'],
  hr: ['hour', 'hours'],
  hrs: ['hour', 'hours'],
  '°C': ['degree celsius', 'degrees celsius'],
  '°F': ['degree fahrenheit', 'degrees fahrenheit'],
  '°': ['degree', 'degrees'],
  W: ['watt', 'watts'],
  kW: ['kilowatt', 'kilowatts'],
  kWh: ['kilowatt hour', 'kilowatt hours'],
  Wh: ['watt hour', 'watt hours'],
  mAh: ['milliamp hour', 'milliamp hours'],
  V: ['volt', 'volts'],
  Hz: ['hertz', 'hertz'],
  kHz: ['kilohertz', 'kilohertz'],
  MHz: ['megahertz', 'megahertz'],
  GHz: ['gigahertz', 'gigahertz'],
  dB: ['decibel', 'decibels'],
  kB: ['kilobyte', 'kilobytes'],
  KB: ['kilobyte', 'kilobytes'],
  MB: ['megabyte', 'megabytes'],
  GB: ['gigabyte', 'gigabytes'],
  TB: ['terabyte', 'terabytes'],
  Mbps: ['megabit per second', 'megabits per second'],
  Gbps: ['gigabit per second', 'gigabits per second'],
  fps: ['frame per second', 'frames per second'],
  px: ['pixel', 'pixels'],
  MP: ['megapixel', 'megapixels'],
  x: ['time', 'times'],
  '×': ['time', 'times'],
  '"': ['inch', 'inches'],
  '″': ['inch', 'inches'],
};

/** Size words that a number's letter stands for ("$5M", "10k"); K beside a plain number is said as the letter (4K). */
export const sizes: Readonly<Record<string, string>> = {
  k: 'thousand',
  K: 'thousand',
  m: 'million',
  M: 'million',
  bn: 'billion',
  B: 'billion',
  b: 'billion',
  T: 'trillion',
};

/** Short words that are words even in capitals. */
export const capitalWords: ReadonlySet<string> = new Set(
  'A I AM AN AS AT BE BY DO GO HE IF IN IS IT ME MY NO OF OH OK ON OR SO TO UP WE ALL AND ANY ARE BIG BUT BUY CAN DAY DID FOR GET GOT HAS HAD HER HIM HIS HOT HOW ITS LET MAY NEW NOT NOW OFF OLD ONE OUR OUT OWN PAY PUT RED RUN SAY SEE SET SHE SIX TEN THE TOO TOP TRY TWO USE WAS WAY WHO WHY WIN YES YET YOU'.split(
    ' ',
  ),
);
/** Acronyms said as words although their letters would be spelled. */
export const saidAsWords: ReadonlySet<string> = new Set(
  'RAM ROM SIM PIN GIF LAN WAN VAT AIDS NATO NASA LED'.split(' ').filter((word) => word !== 'LED' && word !== 'VAT'),
);

/** Name endings that mark a web address. */
export const webEndings: ReadonlySet<string> = new Set(
  'com org net io dev ai app co uk de fr es it nl eu ch at info tv me edu gov us ca au nz in jp shop store studio film video tech online site cloud'.split(
    ' ',
  ),
);

/** Words before four digits that make them a year. */
export const beforeYear: ReadonlySet<string> = new Set(
  'in since by of from until till before after during around year spring summer autumn fall winter circa early late mid'.split(' '),
);
