import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@filmwright/client';
import type { EncoderProbe } from '@filmwright/contracts';
import { platformOfTest } from './platform-home.ts';

const folder = mkdtempSync(join(tmpdir(), 'filmwright-encoders-'));
after(() => rmSync(folder, { recursive: true }));

// An ffmpeg on a machine whose GPU encodes H.264, and nothing else.
const program = join(folder, 'ffmpeg');
writeFileSync(
  program,
  `#!/bin/sh
case "$*" in
  *h264_nvenc*) exit 0 ;;
  *hevc_nvenc*) echo 'No capable devices found' >&2; exit 1 ;;
  *-encoders*) ffmpeg "$@" | grep -vE ' (h264|hevc|av1)_'; printf ' V....D h264_nvenc  NVIDIA\\n V....D hevc_nvenc  NVIDIA\\n' ;;
  *) exec ffmpeg "$@" ;;
esac
`,
  { mode: 0o755 },
);
writeFileSync(join(folder, 'ffprobe'), '#!/bin/sh\nexec ffprobe "$@"\n', { mode: 0o755 });
process.env.FILMWRIGHT_FFMPEG = program;
const platform = platformOfTest('--runners', '1');

test('a platform’s own runner offers the hardware encoders that work, once it has tried them while nothing ran', {
  timeout: 120_000,
}, async () => {
  const { url, token } = await platform.open();
  const client = createClient({ url, token });
  let encoders: readonly EncoderProbe[] = [];
  while (encoders.length === 0) {
    await sleep(200);
    encoders = (await client.listRunners()).runners[0]?.machine?.encoders ?? [];
  }
  assert.deepEqual(
    encoders.map(({ name, works, reason }) => [name, works, reason]),
    [
      ['h264_nvenc', true, null],
      ['hevc_nvenc', false, 'No capable devices found'],
    ],
  );
});
