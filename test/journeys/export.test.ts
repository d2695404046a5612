import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Problem } from '@filmwright/contracts';
import { parse } from 'yaml';
import { openBundle } from '../../apps/cli/src/film/open-bundle.ts';
import type { Open, OpenPiece } from '../golden/timeline-of.ts';
import { filmwright, platformOfTest } from './platform-home.ts';
import { smallFilm, writeFilm } from './small-film.ts';

const { home, open } = platformOfTest('--runners', '1');
before(() => open());

const at = (name: string): string => join(home, name);
mkdirSync(at('sound'));
const ffmpeg = (args: string): void => void execFileSync('ffmpeg', ['-v', 'error', ...args.split(' ')], { cwd: home });
ffmpeg('-f lavfi -i sine=f=220:d=3 sound/song.flac');
ffmpeg('-f lavfi -i testsrc2=s=640x360:r=25:d=3 -f lavfi -i sine=f=330:d=3 -c:v libx264 -preset ultrafast -c:a aac walk.mp4');
const [one, two, three] = smallFilm.storyboard;
const document = {
  ...smallFilm,
  storyboard: [
    one,
    two,
    { id: 'clip', length: '2s', visual: { clip: 'walk.mp4', from: '500ms', sound: 'keep' }, transition: 'dissolve' },
    three,
  ],
  soundtrack: { music: 'sound/song.flac' },
};
const film = writeFilm(home, document);
const bundle = at('out/film.otioz');
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
type Answer = {
  readonly film: string;
  readonly changed: boolean;
  readonly issues: readonly { readonly code: string }[];
  readonly tasks: { readonly run: number };
};

async function answered(args: readonly string[]): Promise<Answer> {
  const { status, out, err } = await filmwright(home, [...args, '--json']);
  assert.equal(status, 0, out + err);
  return JSON.parse(out) as Answer;
}

test('a film is exported with its media in one file', async () => {
  await answered(['export', film, '--otio', bundle]);
  const opened = await openBundle(bundle);
  const timeline = JSON.parse(opened.text) as Open;
  const urls = timeline.tracks.children.flatMap(({ children }) =>
    children.flatMap((piece) => piece.media_references?.DEFAULT_MEDIA.target_url ?? []),
  );
  assert.equal(urls.filter((url) => url.endsWith('.mp4')).length, 6, 'four pictures, the sound of a clip, the mix');
  for (const url of urls) assert.ok(await opened.open(url), url);
  opened.close();
});

test('exported again, nothing is made and the bundle is the same', async () => {
  const first = digest(bundle);
  const { tasks } = await answered(['export', film, '--otio', at('again.otioz')]);
  assert.equal(tasks.run, 0);
  assert.equal(digest(at('again.otioz')), first);
});

test('imported, it is the same film: made from there, no task is run and the master is the same', async () => {
  const back = at('back');
  const { film: path, changed, issues } = await answered(['import', bundle, '--out', back]);
  assert.deepEqual([changed, issues], [false, []]);
  const written = parse(readFileSync(path, 'utf8')) as typeof document;
  // Files that lay elsewhere are beside the document now.
  const moved = (text: string): string => text.replaceAll(/"\/[^"]*\/([^/"]+)"/g, '"media/$1"');
  assert.deepEqual(written, JSON.parse(moved(JSON.stringify(document))));
  assert.ok(existsSync(join(back, 'sound/song.flac')) && existsSync(join(back, 'media/studio-sweep.jpg')));
  await answered(['make', film, '--out', at('made')]);
  const { tasks } = await answered(['make', path, '--out', at('remade')]);
  assert.equal(tasks.run, 0);
  assert.equal(digest(at('remade/master.mp4')), digest(at('made/master.mp4')));
});

test('what was edited is in the film that comes back, with the media that were added', async () => {
  const opened = await openBundle(bundle);
  const timeline = JSON.parse(opened.text) as Open;
  opened.close();
  const shots = timeline.tracks.children[0]?.children as OpenPiece[];
  const clip = shots.find(({ name }) => name === 'clip') as OpenPiece;
  clip.source_range.duration.value = 25;
  const added = structuredClone(clip);
  Object.assign(added, { name: 'sea', metadata: {} });
  added.media_references.DEFAULT_MEDIA.target_url = 'rushes/sea%20side.mp4';
  shots.splice(0, 1);
  shots.push(added);
  mkdirSync(at('edit/rushes'), { recursive: true });
  writeFileSync(at('edit/rushes/sea side.mp4'), readFileSync(at('walk.mp4')));
  writeFileSync(at('edit/cut.otio'), JSON.stringify(timeline));

  const alone = await filmwright(home, ['import', at('edit/cut.otio'), '--out', at('edited'), '--json']);
  assert.equal(alone.status, 2, 'the media of the film are not beside the timeline');
  const problem = JSON.parse(alone.out) as Problem;
  assert.equal(problem.code, 'media-missing');
  assert.match(problem.issues?.[0]?.next ?? '', /--original/);
  assert.ok(!existsSync(at('edited')), 'nothing was written');

  const { film: path, changed } = await answered(['import', at('edit/cut.otio'), '--original', bundle, '--out', at('edited')]);
  assert.equal(changed, true);
  const { storyboard } = parse(readFileSync(path, 'utf8')) as { storyboard: Record<string, unknown>[] };
  assert.deepEqual(
    storyboard.map((shot) => shot['id']),
    ['two', 'clip', 'three', undefined],
  );
  assert.equal(storyboard[1]?.['length'], '1s');
  assert.deepEqual(storyboard[3], { length: '1s', visual: { clip: 'media/sea side.mp4' } });
  await answered(['check', path]);
});

test('what is no bundle, a damaged one, and a folder with files in it are refused', async () => {
  const refused = async (args: readonly string[]): Promise<string> => {
    const { status, err } = await filmwright(home, args);
    assert.equal(status, 2, err);
    return err;
  };
  const whole = readFileSync(bundle);
  writeFileSync(at('cut.otioz'), whole.subarray(0, 5000));
  writeFileSync(at('text.otioz'), 'no timeline');
  const outside = Buffer.from(whole.toString('latin1').replaceAll('media/captions.srt', '../../captions.srt'), 'latin1');
  writeFileSync(at('outside.otioz'), outside);
  assert.match(await refused(['import', at('cut.otioz'), '--out', at('x')]), /no bundle that can be read/);
  assert.match(await refused(['import', at('outside.otioz'), '--out', at('x')]), /no bundle that can be read: .*\.\.\/\.\.\/captions\.srt/);
  assert.match(await refused(['import', at('text.otioz'), '--out', at('x')]), /no OpenTimelineIO file/);
  assert.match(await refused(['import', at('gone.otioz')]), /does not exist/);
  assert.match(await refused(['import', bundle, '--out', at('back')]), /is not empty/);
  assert.match(await refused(['export', film, '--otio', at('film.mp4')]), /ends in \.otioz/);
  assert.match(await refused(['export', film]), /--otio/);
  assert.ok(!readdirSync(home).includes('x'));
});
