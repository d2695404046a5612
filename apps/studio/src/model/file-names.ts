/** A path under which a film can name an uploaded file: the file's own name made plain; one that the film has for other bytes gets a number. */
export function freePath(
  name: string,
  { digest, files }: { readonly digest: string; readonly files: Readonly<Record<string, string>> },
): string {
  const plain =
    (name.normalize('NFC').split(/[\\/]/).at(-1) ?? '')
      .replace(/[\p{Cc}\p{Cf}"*:<>?|]/gu, '')
      .trim()
      .slice(-120) || 'file';
  const dot = plain.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [plain.slice(0, dot), plain.slice(dot)] : [plain, ''];
  for (let number = 1; ; number++) {
    const path = number === 1 ? plain : `${stem}-${number}${ending}`;
    if (!Object.hasOwn(files, path) || files[path] === digest) return path;
  }
}

/** Those of a film's files that a part of it names. */
export function filesNamed(
  files: Readonly<Record<string, string>>,
  names: readonly (string | undefined)[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => (name !== undefined && files[name] !== undefined ? [[name, files[name]]] : [])));
}
