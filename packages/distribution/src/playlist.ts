type Value = string | number | boolean | null | undefined;
type Attributes = Readonly<Record<string, Value>>;

/** A line of a playlist; a tag's attributes are written after their names' rules: strings quoted, `bare` ones not, numbers as they are, false and null left out. */
export type PlaylistLine =
  | { readonly tag: string; readonly value?: string | number; readonly attributes?: Attributes; readonly bare?: Attributes }
  | { readonly uri: string };

/** Writes a playlist of HTTP Live Streaming (RFC 8216) from its lines; throws on text that would break a line or a quoted string. */
export function writePlaylist(lines: readonly PlaylistLine[]): string {
  return `${['#EXTM3U', ...lines.map(lineText)].join('\n')}\n`;
}

function lineText(line: PlaylistLine): string {
  if ('uri' in line) return safe(line.uri);
  const listed = [...Object.entries(line.bare ?? {}).map(bareText), ...Object.entries(line.attributes ?? {}).map(quotedText)].filter(
    (text) => text !== null,
  );
  const value = line.value === undefined ? listed.join(',') : [String(line.value), ...listed].join(',');
  return value === '' && line.attributes === undefined && line.bare === undefined ? `#${line.tag}` : `#${line.tag}:${safe(value)}`;
}

function bareText([name, value]: readonly [string, Value]): string | null {
  return value === null || value === undefined || value === false ? null : `${name}=${value === true ? 'YES' : value}`;
}

function quotedText([name, value]: readonly [string, Value]): string | null {
  if (value === null || value === undefined || value === false) return null;
  // A quoted string can hold neither its quote nor a line's end.
  return `${name}="${String(value)
    .replaceAll('"', "'")
    .replaceAll(/[\p{Cc}]+/gu, ' ')}"`;
}

function safe(text: string): string {
  if (/[\r\n]/.test(text)) throw new Error(`a line of a playlist holds a line break: ${JSON.stringify(text)}`);
  return text;
}
