/** A line of a script, and by whom it is said; null is the narrator. */
export type ScriptLine = { readonly speaker: string | null; readonly text: string };

/** A name of at most three words before a colon; names in scripts without capital letters are short. */
const speakerPattern =
  /^\**((?:\p{Lu}[\p{L}.'’-]{0,20})(?: (?:\p{Lu}|\d)[\p{L}.'’-]{0,20}){0,2}|[\p{Lo}·]{1,8})\**\s*(?:\([^)]{1,60}\)|（[^）]{1,60}）)?\s*[:：]\**(?:\s+|(?<=：)\s*)(\S.*)$/u;
const narrators = new Set([
  'narrator',
  'voiceover',
  'voice-over',
  'vo',
  'off',
  'erzähler',
  'erzählerin',
  'sprecher',
  'sprecherin',
  'narrateur',
  'narrador',
  '旁白',
]);
/** What people write before a colon and is nobody. */
const nobody = new Set(
  (
    'note notes tip tips warning example remember important ps summary conclusion fact facts question answer step part chapter scene act title hint result ' +
    'hinweis tipp achtung beispiel wichtig merke fazit frage antwort schritt teil kapitel szene titel remarque exemple attention nota ejemplo'
  ).split(' '),
);

/**
 * Who speaks in a script: names before a colon that come at least twice, are written in capital letters, or answer one that does. A first line by itself
 * that is no sentence is a title, whatever stands before its colon, unless that name comes again.
 */
export function speakersIn(script: string): ReadonlySet<string> {
  const title = /^\s*([^\n]{2,60}[\p{L}\p{N}])[ \t]*\n\s*\n/u.exec(script)?.[1];
  const titled = title === undefined ? undefined : speakerPattern.exec(title)?.[1];
  const names = script
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const name = speakerPattern.exec(line.trim())?.[1] ?? null;
      return name === null || nobody.has(name.toLowerCase().split(' ')[0] ?? '') ? null : name;
    });
  if (titled !== undefined && names.filter((name) => name === titled).length === 1) names[names.indexOf(titled)] = null;
  const counts = new Map<string | null, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const speaks = (name: string | null | undefined): boolean =>
    name != null && ((counts.get(name) ?? 0) > 1 || /^[\p{Lu} .'’-]{2,}$/u.test(name));
  return new Set(
    names.flatMap((name, at) => (name !== null && (speaks(name) || speaks(names[at - 1]) || speaks(names[at + 1])) ? [name] : [])),
  );
}

/** A line with its speaker taken off, if it begins with one of `speakers`. */
export function spokenLine(line: string, speakers: ReadonlySet<string>): ScriptLine {
  const [, name, text] = speakerPattern.exec(line) ?? [];
  if (name === undefined || text === undefined || !speakers.has(name)) return { speaker: null, text: line };
  return { speaker: narrators.has(name.toLowerCase()) ? null : shownName(name), text: text.replace(manner, '') };
}

/** How a line is said, which is not said itself: "(sighing) You are early." */
const manner = /^(?:\([^)]{1,60}\)|（[^）]{1,60}）)\s*(?=\S)/u;
/** A name in capital letters alone on a line. */
const cuePattern = /^(\p{Lu}[\p{Lu}.'’-]{1,20}(?: [\p{Lu}\d][\p{Lu}\d.'’-]{0,20}){0,2})(?:\s*\([^)]{1,60}\))?$/u;

/**
 * A script whose speakers stand on lines of their own, as in screenplays, with their names before a colon. A name counts where it stands so twice, or
 * before a colon too.
 */
export function withCues(script: string): string {
  const lines = script.split('\n');
  const cueAt = (at: number): string | null => {
    const name = cuePattern.exec(lines[at]?.trim() ?? '')?.[1];
    const next = lines[at + 1]?.trim() ?? '';
    return name !== undefined && next !== '' && /\p{Ll}/u.test(next) ? name : null;
  };
  const counts = new Map<string, number>();
  for (const [at, line] of lines.entries()) {
    const name = cueAt(at) ?? speakerPattern.exec(line.trim())?.[1];
    if (name !== undefined && name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return lines
    .flatMap((line, at) => {
      const before = at === 0 ? null : cueAt(at - 1);
      if (before !== null && (counts.get(before) ?? 0) > 1) return [`${before}: ${line.trim()}`];
      const own = cueAt(at);
      return own !== null && (counts.get(own) ?? 0) > 1 ? [] : [line];
    })
    .join('\n');
}

/** Names in capital letters as they are written on screen: "ANNA MAY" is Anna May. */
function shownName(name: string): string {
  if (!/^[\p{Lu} .'’-]{3,}$/u.test(name)) return name;
  return name.replace(/\p{Lu}[\p{Lu}'’]*/gu, (word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`);
}
