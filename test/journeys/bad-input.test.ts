import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Issue, type Problem, problemSchema } from '@filmwright/contracts';
import { writeBadMedia } from './bad-media.ts';
import { filmwright, platformOfTest, processesOf, start } from './platform-home.ts';
import { writeFilm } from './small-film.ts';

const { home, open } = platformOfTest('--runners', '1');
writeBadMedia(home);

const shots = (...storyboard: readonly unknown[]): object => ({ title: 'Bad', voice: 'flite-slt', storyboard });
const picture = (file: string): object => ({ visual: { picture: file } });
const clip = (file: string): object => ({ visual: { clip: file } });
const spoken = { narration: 'Hello.' };

/** Makes a film that cannot be made and gives its problem, held to what a person may expect of it. */
async function refused(document: unknown): Promise<Problem & { readonly issues: readonly Issue[] }> {
  const { status, out, err } = await filmwright(home, ['make', writeFilm(home, document), '--out', join(home, 'out'), '--json']);
  assert.equal(status, 2, out + err);
  assert.equal(err, '', 'with --json nothing else is said');
  const problem = problemSchema.parse(JSON.parse(out));
  const { issues = [] } = problem;
  for (const { path, message, next, found } of issues) {
    assert.ok(path !== '' && found && next, `where, what was found and what to do: ${message}`);
    assert.doesNotMatch(
      `${message} ${next}`,
      /ffmpeg|ffprobe|Invalid data|\[\w+ @|\n\s+at |node:|undefined|NaN|\[object/,
      'no log, no stack',
    );
  }
  assert.equal(existsSync(join(home, 'out')), false, 'nothing is written');
  return { ...problem, issues };
}

/** Path and message of every issue. */
const said = (problem: { readonly issues: readonly Issue[] }): readonly (readonly [string, string])[] =>
  problem.issues.map(({ path, message }) => [path, message]);

function assertSaid(problem: { readonly issues: readonly Issue[] }, wanted: readonly (readonly [path: string, message: RegExp])[]): void {
  assert.deepEqual(
    problem.issues.map(({ path }) => path),
    wanted.map(([path]) => path),
    JSON.stringify(said(problem), null, 1),
  );
  for (const [at, [, message]] of wanted.entries()) assert.match(problem.issues[at]?.message ?? '', message);
}

const before = (): void => {
  assert.deepEqual(processesOf(home), []);
  assert.equal(existsSync(join(home, 'postgresql')), false, 'no database was made for it');
};

test('unknown keys and wrong units are told with what was meant, before anything is started', async () => {
  const problem = await refused({
    ...shots({ ...spoken, length: 4, visual: { pictur: 'whole.png' } }, { ...picture('whole.png'), text: { text: 'x', at: '3 seconds' } }),
    format: { fps: 29 },
    langauge: 'en',
  });
  assert.equal(problem.code, 'document-invalid');
  assertSaid(problem, [
    ['format.fps', /is 29; wanted one of 24, 25, 30, 50, 60\.$/],
    ['storyboard[0].length', /is 4; wanted a length with its unit: 4s, 800ms, 1min or 120f/],
    ['storyboard[0].visual.pictur', /not a key of this format; did you mean `picture`\?/],
    ['storyboard[1].text.at', /is "3 seconds"; wanted a length with its unit/],
    ['langauge', /did you mean `language`\?/],
  ]);
  assert.equal(problem.issues[1]?.next, 'Write `4s` if seconds are meant.');
  before();
});

test('an empty script is told in each of its forms', async () => {
  for (const [document, path, message] of [
    [shots(), 'storyboard', /is empty; wanted at least 1 entry\.$/],
    [shots({}), 'storyboard', /No shot has a narration, a visual or a text/],
    [shots({ narration: '' }), 'storyboard[0].narration', /has no words; wanted at least one/],
    [shots({ narration: ['Hello.', { say: ' ... ' }] }), 'storyboard[0].narration[1].say', /has no words/],
    [{ title: 'Bad' }, 'storyboard', /is missing/],
  ] as const)
    assertSaid(await refused(document), [[path, message]]);
  const { status, out } = await filmwright(home, ['check', writeFilm(home, null, 'empty.json'), '--json']);
  assert.equal(status, 2);
  assert.match((JSON.parse(out) as { issues: Issue[] }).issues[0]?.message ?? '', /document is empty; wanted .* a title and a storyboard/);
  before();
});

test('10,000 shots are the most; one more is told as a number', async () => {
  assertSaid(await refused(shots(...Array.from({ length: 10_001 }, () => spoken))), [
    ['storyboard', /^storyboard has 10001 entries; wanted at most 10000 entries\.$/],
  ]);
  before();
});

test('every bad file of a document is told together with its other faults, before anything is started', async () => {
  const problem = await refused({
    ...shots(
      picture('gone.png'),
      picture('text.png'),
      clip('cut.mp4'),
      clip('cut-index-first.mp4'),
      picture('huge.png'),
      clip('playlist.mp4'),
      { narration: { say: 'Hello.', recording: 'silent.wav' } },
      { ...clip('whole.png'), length: '4' },
      picture('text.png'),
    ),
    soundtrack: { music: 'empty.mp3' },
  });
  assertSaid(problem, [
    ['storyboard[7].length', /is "4"; wanted a length with its unit/],
    ['storyboard[0].visual.picture', /gone\.png does not exist; wanted a picture \(PNG, JPEG/],
    ['storyboard[1].visual.picture', /^text\.png: it is text; wanted a picture .* Named at storyboard\[8\]\.visual\.picture too\.$/],
    ['storyboard[2].visual.clip', /^cut\.mp4: it is cut off: it promises \d+ bytes and holds \d+; wanted a whole file/],
    ['storyboard[3].visual.clip', /^cut-index-first\.mp4: it is cut off/],
    ['storyboard[4].visual.picture', /^huge\.png: it is 30000x30000 pixels; wanted less than 30000 a side and at most 200 megapixels/],
    ['storyboard[5].visual.clip', /^playlist\.mp4: it is a playlist, which names other files/],
    ['storyboard[6].narration.recording', /^silent\.wav: it holds 0 samples of sound; wanted at least one/],
    ['storyboard[7].visual.clip', /^whole\.png: its content is PNG; wanted a clip \(MP4/],
    ['soundtrack.music', /^empty\.mp3: it is empty \(0 bytes\); wanted a sound/],
  ]);
  before();
});

test('a folder that cannot be written to is told before anything is started', async () => {
  const film = writeFilm(home, shots(spoken));
  for (const args of [
    ['make', film, '--out', join(film, 'out')],
    ['frame', film, '--at', '0', '-o', join(film, 'x.png')],
  ]) {
    const { status, err } = await filmwright(home, args);
    assert.equal(status, 2, err);
    assert.match(err, /Cannot write .*: a part of this path is a file\. Give another folder with --out\./);
  }
  assert.equal(existsSync(join(home, 'platform.lock')) || existsSync(join(home, 'postgresql')), false, 'nothing was started');
});

test('people read the same as programs do', async () => {
  const { status, out, err } = await filmwright(home, ['make', writeFilm(home, shots(spoken, picture('text.png')))]);
  assert.deepEqual([status, out], [2, '']);
  assert.match(
    err,
    /^A media file cannot be used\n {2}error {4}storyboard\[1\]\.visual\.picture: text\.png: it is text; wanted a picture .*\n {11}Choose a picture or convert this file\.\n$/,
  );
});

test('without ffmpeg the command says how to install it and leaves nothing running', async () => {
  const bare = join(home, 'bare-path');
  mkdirSync(bare);
  symlinkSync(process.execPath, join(bare, 'node'));
  const path = process.env.PATH;
  process.env.PATH = bare;
  const running = start(home, ['make', writeFilm(home, shots(spoken)), '--json']);
  process.env.PATH = path;
  const { status, out } = await running.ended;
  assert.equal(status, 1, out);
  const problem = problemSchema.parse(JSON.parse(out));
  assert.equal(problem.code, 'program-missing');
  assert.match(
    problem.detail,
    /^ffmpeg was not found in the folders of PATH\. Install ffmpeg 5\.1 or newer.*:\n.*apt-get install -y ffmpeg\n.*dnf install -y ffmpeg.*\n.*brew install ffmpeg$/s,
  );
  assert.deepEqual(processesOf(home), []);
});

test('files that only a decoder can judge are all told together, with the glyphs that the fonts lack', async () => {
  await open();
  const problem = await refused(shots(spoken, picture('torn.png'), { ...clip('scrambled.mkv'), text: { text: '𒀀' } }));
  assertSaid(problem, [
    ['storyboard[1].visual.picture', /^torn\.png: its PNG content is damaged or cut off; wanted a whole picture\.$/],
    ['storyboard[2].visual.clip', /^scrambled\.mkv: its Matroska or WebM content is damaged or cut off; wanted a whole clip\.$/],
    ['storyboard[2].text', /^No font of the film has the characters 𒀀\.$/],
  ]);
});

test('a font without the glyphs of a script is told at the text, with the characters', async () => {
  await open();
  const document = {
    ...shots(spoken, { ...spoken, text: [{ text: 'Hello' }, { text: '𒀀𒀁' }] }, { narration: ['Hello.', '𒀀 again'] }),
    brand: { font: { regular: 'inter.ttf' } },
  };
  const problem = await refused(document);
  assert.equal(problem.code, 'glyphs-missing');
  assertSaid(problem, [
    ['storyboard[1].text[1]', /^No font of the film has the characters 𒀀 𒀁\.$/],
    ['storyboard[2].narration[1]', /^No font of the film has the characters 𒀀\.$/],
  ]);
  assert.deepEqual(
    [problem.issues[0]?.found, problem.issues[0]?.next],
    ['U+12000 U+12001', 'Give a font file with these characters as brand.font.'],
  );
});

test('a film of 3,000 shots is checked, and the whole answer comes through a pipe', async () => {
  await open();
  const film = writeFilm(home, shots(...Array.from({ length: 3000 }, (_, index) => ({ length: '4s', text: { text: `Shot ${index}` } }))));
  const { status, out, err } = await filmwright(home, ['check', film, '--json']);
  assert.equal(status, 0, err + out.slice(0, 500));
  const answer = JSON.parse(out) as {
    readonly ok: boolean;
    readonly film: { readonly frames: number; readonly shots: readonly unknown[] };
  };
  assert.deepEqual([answer.ok, answer.film.shots.length, answer.film.frames], [true, 3000, 3000 * 120]);
});

test('a home that is no folder is told by every command alike', async () => {
  const file = writeFilm(home, shots(spoken));
  for (const words of [['serve'], ['check', file], ['make', file], ['voices'], ['queue']]) {
    const { status, err } = await filmwright(home, [...words, '--home', file]);
    assert.equal(status, 2, err);
    assert.match(err, /--home names .*, which is a file; wanted a folder/);
  }
});
