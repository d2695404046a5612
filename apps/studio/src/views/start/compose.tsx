import type { Problem } from '@filmwright/contracts';
import { withoutUnprintable } from '@filmwright/core';
import { type ClipboardEvent, type DragEvent, useCallback, useId, useRef, useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { counted } from '../../model/format.ts';
import type { NewMedia } from '../../model/new-film.ts';
import { hashOf } from '../../model/place.ts';
import type { UploadGoal } from '../../model/upload-goal.ts';
import { anyMedia, FileButton } from '../../parts/file-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { toast } from '../../parts/toasts.tsx';
import { type Landed, useLanding } from '../../parts/use-landing.ts';
import { useLoad } from '../../parts/use-load.ts';
import { useStore } from '../../store/create-store.ts';
import { otherFilm, scriptFilm } from '../../store/new-films.ts';
import { studio } from '../../store/studio.ts';
import type { Uploading } from '../../store/uploads.ts';
import { askCore } from '../../worker/ask-core.ts';
import { kindSigns } from '../panel/asset-preview.tsx';

type Way = 'script' | 'product';
const ways: readonly (readonly [Way, string, string])[] = [
  [
    'script',
    'Script',
    'Paste or write what is to be said. A line that starts with # becomes a title, one with a dash a point, a name before a colon a voice.',
  ],
  ['product', 'Product page', 'Paste the text of a product page: name, description, features and price become a film.'],
];
/** Browsers take seconds to type so much; put in at once it takes no time, but their own undo does not know of it. */
const longPaste = 10_000;
const mostCharacters = 2_000_000;

const isForNewFilm = ({ to }: UploadGoal): boolean => to === 'new-film';
const countSending = (list: readonly Uploading[]): number =>
  list.filter(({ goal, state }) => isForNewFilm(goal) && !['done', 'failed', 'lost', 'paused'].includes(state)).length;

/** Script or product text, and the pictures, clips and sounds that go with it. */
export function Compose() {
  const [way, setWay] = useState<Way>('script');
  const [length, setLength] = useState(0);
  const [note, setNote] = useState('');
  const [media, setMedia] = useState<readonly NewMedia[]>([]);
  const sending = useStore(studio().uploads.store, countSending);
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [writer, setWriter] = useState('');
  const [percent, setPercent] = useState<number | null>(null);
  const writers = useLoad('writers', () => studio().api.listWriters()).value ?? [];
  // The text stays in the field: two hundred thousand characters go through no state of the page.
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const hint = ways.find(([each]) => each === way)?.[2] ?? '';

  const take = (files: readonly File[]): void => {
    for (const file of files) studio().uploads.send(file, { to: 'new-film' });
  };
  useLanding(
    isForNewFilm,
    useCallback(({ name, digest, kind }: Landed) => setMedia((list) => [...list, { name, digest, kind }]), []),
  );
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take([...event.dataTransfer.files]);
  };
  const paste = (event: ClipboardEvent<HTMLTextAreaElement>): void => {
    const files = [...event.clipboardData.files];
    if (files.length > 0) {
      event.preventDefault();
      take(files);
      return;
    }
    const pasted = event.clipboardData.getData('text/plain');
    const target = event.currentTarget;
    const isPlain = !/<\w/.test(pasted) && withoutUnprintable(pasted) === pasted.replace(/\r\n?/g, '\n');
    if (isPlain && pasted.length < longPaste) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = target;
    if (isPlain) {
      target.spellcheck = false;
      target.setRangeText(pasted.replace(/\r\n?/g, '\n'), selectionStart, selectionEnd, 'end');
      setLength(target.value.length);
      return;
    }
    void askCore('plain', { text: pasted }).then(({ text, dropped, markup }) => {
      target.setRangeText(text, selectionStart, selectionEnd, 'end');
      setLength(target.value.length);
      setNote(
        [
          markup ? 'Tags of the page were taken out.' : '',
          dropped > 0 ? `${counted(dropped, 'character')} that nobody can see or say ${dropped === 1 ? 'was' : 'were'} left out.` : '',
        ]
          .filter(Boolean)
          .join(' '),
      );
    });
  };
  const begin = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const text = area.current?.value.slice(0, mostCharacters) ?? '';
      const made =
        way === 'script' && text.trim() !== ''
          ? await scriptFilm({ text, media, writer: writer === '' ? null : writer, onPercent: setPercent, onNotice: toast })
          : await otherFilm({ text: way === 'product' ? text : '', media });
      const film = await studio().api.createFilm({
        ...made,
        session: studio().session,
      });
      location.hash = hashOf({ view: 'storyboard', film: film.id });
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
      setPercent(null);
    }
  };

  return (
    <section
      className={over ? 'compose over' : 'compose'}
      aria-labelledby={`${id}t`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="compose-head">
        <h1 id={`${id}t`}>Words in, film out</h1>
        <fieldset className="places" aria-label="What the text is">
          {ways.map(([each, name]) => (
            <button key={each} type="button" className="place" aria-pressed={way === each} onClick={() => setWay(each)}>
              {name}
            </button>
          ))}
        </fieldset>
      </div>
      <label className="unseen" htmlFor={`${id}a`}>
        {way === 'script' ? 'Script' : 'Text of a product page'}
      </label>
      <textarea
        ref={area}
        id={`${id}a`}
        className="compose-area"
        dir="auto"
        rows={8}
        placeholder={hint}
        aria-describedby={`${id}n`}
        spellCheck={length < 20_000}
        onChange={({ target }) => setLength(target.value.length)}
        onPaste={paste}
        onKeyDown={(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !busy && void begin()}
      />
      {media.length > 0 && (
        <ul className="compose-media" aria-label="Pictures, clips and sounds for this film">
          {media.map(({ name, digest, kind }) => (
            <li key={digest} className="chip">
              <Icon name={kindSigns[kind]} />
              <span className="clip-text">{name}</span>
              <button
                type="button"
                className="chip-button"
                aria-label={`Leave ${name} out`}
                onClick={() => setMedia((list) => list.filter((each) => each.digest !== digest))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="compose-foot">
        <FileButton icon="upload" multiple accept={anyMedia} onFiles={take}>
          Pictures, clips, sounds
        </FileButton>
        {way === 'script' && writers.length > 0 && (
          <label className="quiet small">
            Written by{' '}
            <select className="select" value={writer} disabled={busy} onChange={({ target }) => setWriter(target.value)}>
              <option value="">rules, at once</option>
              {writers.map((ref) => (
                <option key={ref} value={ref}>
                  {ref.split('@')[0]}
                </option>
              ))}
            </select>
          </label>
        )}
        <p id={`${id}n`} className="quiet small" role="status">
          {note !== ''
            ? note
            : length > 0
              ? `${counted(length, 'character')}, about ${counted(Math.max(1, Math.round(length / 14 / 60)), 'minute')} of film`
              : 'Or drop them anywhere here.'}
        </p>
        <button type="button" className="button primary large" disabled={busy || sending > 0} onClick={() => void begin()}>
          {busy
            ? percent === null
              ? 'Laying out the shots…'
              : `Being written… ${percent} %`
            : sending > 0
              ? 'Uploading…'
              : length > 0 || media.length > 0
                ? 'Make a storyboard'
                : 'Start empty'}
        </button>
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
    </section>
  );
}
