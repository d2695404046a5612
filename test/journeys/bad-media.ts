import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Writes the files that people give by mistake into a folder, each under the name that promises something else. */
export function writeBadMedia(folder: string): void {
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('text.png'), 'Dear diary, this is no picture.\n');
  writeFileSync(at('playlist.mp4'), '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n');
  writeFileSync(at('huge.png'), pngHeader({ width: 30_000, height: 30_000 }));
  const wav = Buffer.from('524946462400000057415645666d74201000000001000100803e0000007d00000200100064617461', 'hex');
  writeFileSync(at('silent.wav'), Buffer.concat([wav, Buffer.alloc(4)]));
  writeFileSync(at('empty.mp3'), '');
  ffmpeg(['-i', 'testsrc=s=64x36:d=4', '-c:v', 'libx264', '-crf', '0', at('whole.mp4')]);
  cut(at('whole.mp4'), { to: at('cut.mp4'), share: 0.5 });
  ffmpeg(['-i', 'testsrc=s=64x36:d=4', '-c:v', 'libx264', '-crf', '0', '-movflags', '+faststart', at('index-first.mp4')]);
  cut(at('index-first.mp4'), { to: at('cut-index-first.mp4'), share: 0.5 });
  // What only decoding can tell: a good head with nothing usable behind it.
  ffmpeg(['-i', 'testsrc=s=320x180', '-frames:v', '1', at('whole.png')]);
  cut(at('whole.png'), { to: at('torn.png'), share: 0.02 });
  ffmpeg(['-i', 'testsrc=s=64x36:d=2', '-c:v', 'libx264', at('scrambled.mkv')]);
  const scrambled = readFileSync(at('scrambled.mkv'));
  writeFileSync(at('scrambled.mkv'), scrambled.fill(0x55, 64));
  const require = createRequire(new URL('../../packages/render/src/index.ts', import.meta.url));
  copyFileSync(require.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'), at('inter.ttf'));
}

function ffmpeg(args: readonly string[]): void {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', ...args]);
}

function cut(from: string, { to, share }: { readonly to: string; readonly share: number }): void {
  const bytes = readFileSync(from);
  writeFileSync(to, bytes.subarray(0, Math.ceil(bytes.length * share)));
}

/** A PNG that says how large it is and holds not one pixel. */
function pngHeader({ width, height }: { readonly width: number; readonly height: number }): Buffer {
  const chunk = Buffer.concat([Buffer.from('IHDR'), Buffer.alloc(8), Buffer.from('0802000000', 'hex')]);
  chunk.writeUInt32BE(width, 4);
  chunk.writeUInt32BE(height, 8);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(chunk));
  return Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d', 'hex'), chunk, check, Buffer.alloc(64)]);
}
