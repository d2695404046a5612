/** An element with its attributes (null ones are left out) and what it holds: elements, or one text. */
export type Xml = {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean | null>>;
  readonly holds?: readonly Xml[] | string;
};

const escaped: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
// XML 1.0 knows no other control characters, not even escaped.
const escapeXml = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"]/g, (sign) => escaped[sign] ?? sign);

/** Writes a document of XML 1.0 with two spaces a level. */
export function writeXml(root: Xml): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${elementText(root, '')}`;
}

function elementText({ name, attributes = {}, holds }: Xml, indent: string): string {
  const listed = Object.entries(attributes).flatMap(([key, value]) => (value === null ? [] : [` ${key}="${escapeXml(String(value))}"`]));
  const open = `${indent}<${name}${listed.join('')}`;
  if (holds === undefined || holds.length === 0) return `${open}/>\n`;
  if (typeof holds === 'string') return `${open}>${escapeXml(holds)}</${name}>\n`;
  return `${open}>\n${holds.map((inner) => elementText(inner, `${indent}  `)).join('')}${indent}</${name}>\n`;
}
