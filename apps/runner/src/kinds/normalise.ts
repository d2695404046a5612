import { confinement } from '@filmwright/render/confine/confinement';
import { normaliseUpload } from '@filmwright/render/media/normalise';
import { fontInfo } from '@filmwright/render/paint/fonts';
import type { KindRunner } from '../run-task.ts';

/** Probes an upload in the confined child and makes it safe to read. */
export const runNormalise: KindRunner<'normalise'> = async ({ upload, name, expect }, { pathOf, tempDir, store, toolset }) => {
  const { outPath, mediaType, warnings, ...media } = await normaliseUpload({
    path: await pathOf(upload),
    name,
    expect,
    outDir: tempDir,
    toolset,
    describeFont: fontInfo,
  });
  const loose =
    confinement().level === 'limits'
      ? ['Uploads are parsed without a sandbox on this machine; install bubblewrap before taking in files of strangers.']
      : [];
  return { media: { ...media, asset: await store({ path: outPath, mediaType }) }, warnings: [...warnings, ...loose] };
};
