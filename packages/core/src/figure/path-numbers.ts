/** SVG path data taken apart: its commands with a `#` for every number, and the numbers. */
export type PathNumbers = { readonly commands: string; readonly numbers: readonly number[] };

/** Takes absolute path data apart, so that paths with the same commands can be mixed number by number. */
export function pathNumbers(path: string): PathNumbers {
  const numbers: number[] = [];
  const commands = path.replace(/-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g, (number) => {
    numbers.push(Number(number));
    return '#';
  });
  return { commands: commands.replace(/[\s,]+/g, ''), numbers };
}

/** Path data again; numbers are written to a thousandth. */
export function pathText({ commands, numbers }: PathNumbers): string {
  let at = 0;
  return commands.replace(/#/g, () => ` ${Math.round((numbers[at++] ?? 0) * 1000) / 1000}`);
}
