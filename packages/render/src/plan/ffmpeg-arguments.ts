/** A value of an option: `true` writes the name alone, an array repeats the option, `false` leaves it out. */
export type OptionValue = string | number | boolean | readonly string[];
export type FfmpegOptions = Readonly<Record<string, OptionValue>>;
/** Where ffmpeg reads or writes: a local file, an inherited descriptor, or nothing (`-f null`). */
export type Place = { readonly file: string } | { readonly pipe: number } | { readonly nothing: true };

export type FfmpegDescription = {
  readonly logLevel?: 'error' | 'warning' | 'info' | 'verbose';
  readonly global?: FfmpegOptions;
  readonly inputs: readonly { readonly options?: FfmpegOptions; readonly from: Place | { readonly lavfi: string } }[];
  readonly outputs: readonly { readonly options?: FfmpegOptions; readonly to: Place }[];
};

const optionName = /^[a-zA-Z][a-zA-Z0-9_-]*(:[a-zA-Z0-9]+)*$/;

/** The option list as argv entries; throws on a name ffmpeg could not have, so that a value can never turn into an option. */
export function writeOptions(options: FfmpegOptions): string[] {
  const written: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (!optionName.test(name)) throw new Error(`"${name}" is not the name of an ffmpeg option`);
    if (value === false) continue;
    if (value === true) written.push(`-${name}`);
    else if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw new Error(`option -${name} wants a finite number, found ${value}`);
      written.push(`-${name}`, String(value));
    } else if (typeof value === 'string') written.push(`-${name}`, value);
    else for (const each of value) written.push(`-${name}`, each);
  }
  return written;
}

function writePlace(place: Place): string[] {
  if ('file' in place) return [`file:${place.file}`];
  if ('pipe' in place) return [`pipe:${place.pipe}`];
  return ['-f', 'null', '-'];
}

/** The whole argument list of one ffmpeg run, without the program; option order is the order of the description. */
export function ffmpegArguments(description: FfmpegDescription): string[] {
  const written = [
    '-nostdin',
    '-hide_banner',
    '-y',
    '-loglevel',
    description.logLevel ?? 'error',
    ...writeOptions(description.global ?? {}),
  ];
  for (const { options, from } of description.inputs) {
    written.push(...writeOptions(options ?? {}));
    if ('lavfi' in from) written.push('-f', 'lavfi', '-i', from.lavfi);
    else if ('nothing' in from) throw new Error('an input must be a file, a pipe or a lavfi source');
    else written.push('-i', ...writePlace(from));
  }
  for (const { options, to } of description.outputs) written.push(...writeOptions(options ?? {}), ...writePlace(to));
  return written;
}
