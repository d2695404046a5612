import { digestOfFile } from '@filmwright/blobs';
import { type Toolchain, taskKindNames, taskKinds } from '@filmwright/contracts';
import { currentCompute } from '@filmwright/engines/compute/compute';
import { listModels } from '@filmwright/engines/models/model-shelf';
import { inferenceToolchain } from '@filmwright/engines/onnx/inference-toolchain';
import { findFonts } from '@filmwright/render/paint/fonts';
import { renderToolchain } from '@filmwright/render/render-toolchain';
import { cardMemory } from './card-memory.ts';
import { figuresOfShelf } from './measure-shelf.ts';
import type { FontFile, ProbedOffer } from './messages.ts';
import { ownVersion } from './own-version.ts';
import { probeDevices } from './probe-devices.ts';
import { workingEngines } from './probe-engines.ts';
import { probeMachine } from './probe-machine.ts';
import { workingModels } from './probe-models.ts';
import { unusedDevices } from './unused-devices.ts';
import type { Workplace } from './workplace.ts';

/** Looks at what this machine really has: ffmpeg, voices, models that are installed, fonts, GPUs; with `full` also whether engines and hardware encoders do a little work. */
export async function probeOffer(
  { home, toolset, tempRoot, compute }: Workplace,
  { full }: { readonly full: boolean },
): Promise<ProbedOffer> {
  await compute();
  const digests = new Map<string, FontFile>();
  const fontFile = async (path: string): Promise<FontFile> => {
    const known = digests.get(path);
    if (known !== undefined) return known;
    const file = { path, digest: (await digestOfFile(path)).digest };
    digests.set(path, file);
    return file;
  };
  // What the others try takes memory of GPUs, which is to be told as it is without.
  const { devices, warnings } = await probeDevices();
  const [found, engines, others] = await Promise.all([
    findFonts(),
    workingEngines({ home, tempDir: tempRoot, tried: full }),
    workingModels({ home, tried: full }),
  ]);
  const fonts: ProbedOffer['fonts'][number][] = [];
  for (const font of found) fonts.push({ ...font, regular: await fontFile(font.regular), bold: await fontFile(font.bold) });
  const { voices, models, generators } = engines;
  const sizeOf = ({ card }: (typeof models)[number]): number => card.files.reduce((sum, { bytes }) => sum + bytes, 0);
  // A model that finds any subject serves films better than one that finds people only.
  const byUse = [...models].sort((a, b) => Number(a.card.finds === 'people') - Number(b.card.finds === 'people') || sizeOf(b) - sizeOf(a));
  const chains = await toolchain(toolset.toolchain);
  return {
    kinds: taskKindNames,
    toolchain: chains,
    voices: voices.map(({ id, language, natural, licence, engine, revision }) => ({ id, language, natural, licence, engine, revision })),
    models: byUse.map(({ ref }) => ref),
    modelsFor: others.modelsFor,
    generators,
    modelMemory: (await listModels({ home })).flatMap(cardMemory),
    figures: await figuresOfShelf({ home, measure: full && process.env['FILMWRIGHT_MEASURE'] === '1' }),
    fonts,
    compute: currentCompute().provider,
    versions: Object.fromEntries(taskKindNames.map((kind) => [kind, taskKinds[kind].version])),
    version: await ownVersion(),
    devices,
    machine: await probeMachine({
      home,
      ffmpeg: toolset.ffmpeg,
      encoders: full,
      warnings: [...warnings, ...unusedDevices({ devices, toolchain: chains }), ...engines.warnings, ...others.warnings],
    }),
  };
}

/** What shapes the bytes of each kind beyond its payload. */
async function toolchain(ffmpeg: string): Promise<Toolchain> {
  const frames = `${ffmpeg} ${await renderToolchain()}`;
  const masks = inferenceToolchain();
  return {
    normalise: ffmpeg,
    mouth: ffmpeg,
    cutout: masks,
    'cutout-clip': `${ffmpeg} ${masks}`,
    generate: `${ffmpeg} ${masks}`,
    interpolate: `${ffmpeg} ${masks}`,
    upscale: masks,
    'upscale-clip': `${ffmpeg} ${masks}`,
    'find-subject': `${ffmpeg} ${masks}`,
    review: `${ffmpeg} ${masks}`,
    encode: frames,
    frame: frames,
    inspect: frames,
    mix: ffmpeg,
    fragment: ffmpeg,
    thumbnails: ffmpeg,
    assemble: ffmpeg,
    measure: ffmpeg,
  };
}
