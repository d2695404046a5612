// Holds the layer table of ARCHITECTURE.md against every package.json, every import and the pure folders.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Line of each folder: it may import only smaller lines, never its own. */
const lines: Readonly<Record<string, number>> = {
  'packages/contracts': 0,
  'packages/core': 1,
  'packages/scheduler': 2,
  'packages/render': 3,
  'packages/engines': 3,
  'packages/blobs': 3,
  'packages/records': 3,
  'packages/client': 3,
  'packages/process': 2,
  'packages/distribution': 3,
  'apps/gateway': 4,
  'apps/controller': 4,
  'apps/runner': 4,
  'apps/studio': 4,
  'apps/cli': 5,
};

/** Imports that the line numbers would allow and that must never be, with the reason. */
const never: readonly (readonly [folder: string, imported: RegExp, reason: string])[] = [
  ['apps/gateway', /^@filmwright\/(render|engines|scheduler)/, 'a request never does the work'],
  ['apps/controller', /^@filmwright\/(render|engines)|^fastify/, 'the controller only decides'],
  ['apps/runner', /^@filmwright\/(records|scheduler)/, 'machines that parse hostile media hold no database password'],
  ['apps/cli', /^@filmwright\/(gateway|controller|runner)/, 'the command starts the apps by their entry point'],
  ['apps/studio', /^node:|^@filmwright\/(?!contracts$|core$|client$)/, 'the studio uses the public API and nothing else'],
  ['packages/client', /^node:/, 'the client runs in browsers'],
];

/** Packages whose index names so much that loading it costs every process that starts a third of a second: values come from the module that has them, types from anywhere. The studio is bundled. */
const byModule =
  /(?:^|\n)(?:import|export)\s+(?!type\b)[^'"\n;]*?(?:\{[^}]*\}\s*)?from\s*'(@filmwright\/(?:core|engines|render))'|import\(\s*'(@filmwright\/(?:core|engines|render))'/g;

/** Folders without clock, randomness, I/O: what they need comes as arguments. */
const pure = ['packages/contracts/src', 'packages/core/src', 'packages/scheduler/src', 'packages/render/src/plan'];
const impure = /\b(Date\.now|new Date\b|Math\.random|performance\.now|setTimeout|setInterval|fetch\()|\bprocess\.|\bconsole\.|from 'node:/;
const longest = 500;

const root = join(import.meta.dirname, '..');
const found: string[] = [];

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(ts|tsx|mjs|js)$/.test(entry.name) && !entry.name.endsWith('.d.ts')) yield path;
  }
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\{[^}]*\}[^'"\n;]*?)?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)\s*import\s+'([^']+)'/g;

for (const [folder, line] of Object.entries(lines)) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> };
  const declared = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@filmwright/'));
  for (const name of declared) checkDirection({ folder, line, imported: name, at: `${folder}/package.json` });
  for (const path of sources(folder)) {
    const text = readFileSync(join(root, path), 'utf8');
    const isTest = /\.test\.ts$|\/testing\//.test(path);
    for (const match of text.matchAll(importPattern)) {
      const imported = match[1] ?? match[2] ?? match[3] ?? '';
      if (imported.startsWith('.')) checkInside({ folder, path, imported });
      else if (!isTest) {
        checkDirection({ folder, line, imported, at: path });
        for (const [where, pattern, reason] of never)
          if (where === folder && pattern.test(imported)) found.push(`${path} imports ${imported}: ${reason}`);
      }
    }
    if (folder !== 'apps/studio')
      for (const match of text.matchAll(byModule))
        found.push(
          `${path} imports values from the index of ${match[1] ?? match[2]}, which loads all of it; wanted the module that has them, as in @filmwright/core/film/read-document`,
        );
    if (pure.some((each) => path.startsWith(`${each}/`)) && !isTest) {
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      const match = impure.exec(code);
      if (match) found.push(`${path} uses ${match[0].trim()}: pure code takes clock, randomness and I/O as arguments`);
    }
    if (/\.tsx?$/.test(path) && !isTest && text.split('\n').length > longest)
      found.push(`${path} has ${text.split('\n').length} lines; wanted at most ${longest}`);
  }
}

type Direction = { readonly folder: string; readonly line: number; readonly imported: string; readonly at: string };

function checkDirection({ folder, line, imported, at }: Direction): void {
  const name = /^@filmwright\/([^/]+)/.exec(imported)?.[1];
  if (name === undefined) return;
  const target = Object.keys(lines).find((candidate) => candidate.endsWith(`/${name}`));
  if (target === undefined) found.push(`${at} imports ${imported}, which has no line in the table of layers`);
  else if ((lines[target] ?? 0) >= line)
    found.push(`${at} imports ${imported} (line ${lines[target]}) from ${folder} (line ${line}); wanted a smaller line`);
}

function checkInside({ folder, path, imported }: { readonly folder: string; readonly path: string; readonly imported: string }): void {
  const target = relative(root, join(root, path, '..', imported));
  if (!target.startsWith(`${folder}/`)) found.push(`${path} imports ${imported}, outside its own folder; wanted the package's name`);
}

if (found.length > 0) {
  process.stderr.write(`${found.map((each) => `  ${each}`).join('\n')}\n${found.length} problems with layers.\n`);
  process.exit(1);
}
process.stdout.write(`Layers hold in ${Object.keys(lines).length} folders.\n`);
