import { type LibraryItem, type LibraryKind, libraryKinds, type Problem } from '@filmwright/contracts';
import { languageName } from '@filmwright/core';
import { type DragEvent, useCallback, useState } from 'react';
import { problemOf, wholeLibrary } from '../../api/api.ts';
import { filmFromShots } from '../../model/new-film.ts';
import { hashOf } from '../../model/place.ts';
import type { UploadGoal } from '../../model/upload-goal.ts';
import { anyMedia, FileButton } from '../../parts/file-button.tsx';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { toast } from '../../parts/toasts.tsx';
import { TopBar } from '../../parts/top-bar.tsx';
import { type Landed, useLanding } from '../../parts/use-landing.ts';
import { useLoad } from '../../parts/use-load.ts';
import { studio } from '../../store/studio.ts';
import { useVoices } from '../panel/voices.ts';
import { LibraryTile } from './library-tile.tsx';

type Shelf = LibraryKind | 'all' | 'voice';
const shelves: readonly (readonly [Shelf, string, IconName])[] = [
  ['all', 'Everything', 'folder'],
  ['picture', 'Pictures', 'picture'],
  ['clip', 'Clips', 'clip'],
  ['sound', 'Sounds', 'sound'],
  ['voice', 'Voices', 'voice'],
  ['character', 'Characters', 'person'],
  ['brand', 'Brand kits', 'brand'],
];

const isForLibrary = ({ to }: UploadGoal): boolean => to === 'library';

/** What is kept for many films. */
export function LibraryView() {
  const { value, problem, reload } = useLoad('library', () => wholeLibrary(studio().api));
  const [shelf, setShelf] = useState<Shelf>('all');
  const [sought, seek] = useState('');
  const [failed, setFailed] = useState<Problem | null>(null);
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const items = (value ?? []).filter(
    (item) => libraryKinds.includes(item.kind) && (shelf === 'all' || item.kind === shelf) && fits(`${item.name} ${item.tags.join(' ')}`),
  );

  const take = (files: readonly File[]): void => {
    for (const file of files) studio().uploads.send(file, { to: 'library' });
  };
  useLanding(
    isForLibrary,
    useCallback(
      ({ kind, name, digest }: Landed) => {
        studio()
          .api.addToLibrary({ kind, name, body: name, files: { [name]: digest } })
          .then(reload)
          .catch((error) => setFailed(problemOf(error)));
      },
      [reload],
    ),
  );
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    take([...event.dataTransfer.files]);
  };
  const change = async (act: Promise<unknown>): Promise<void> => {
    try {
      await act;
    } catch (error) {
      toast(problemOf(error).detail);
    }
    reload();
  };
  const save = (item: LibraryItem, name: string): Promise<unknown> =>
    studio().api.changeInLibrary({
      id: item.id,
      from: item.version,
      kind: item.kind,
      name,
      tags: [...item.tags],
      body: item.body,
      files: { ...item.files },
    });

  const begin = async ({ name, kind, files }: LibraryItem): Promise<void> => {
    const [path, digest] = Object.entries(files)[0] ?? ['', ''];
    try {
      const made = filmFromShots([], { title: name, media: [{ name: path, digest, kind }], language: 'en' });
      const film = await studio().api.createFilm({ document: made.document, files: { ...made.files }, session: studio().session });
      location.hash = hashOf({ view: 'storyboard', film: film.id });
    } catch (error) {
      setFailed(problemOf(error));
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping files is a shortcut of the button.
    <div className="page" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <TopBar
        actions={
          <FileButton icon="upload" primary multiple accept={anyMedia} onFiles={take}>
            Upload
          </FileButton>
        }
      >
        <a className="button bare" href={hashOf({ view: 'start' })}>
          <Icon name="back" />
          Films
        </a>
      </TopBar>
      <main id="main" tabIndex={-1} className="view library">
        <div className="row apart">
          <h1>Library</h1>
          <div className="search">
            <Icon name="search" />
            <input
              className="input"
              type="search"
              aria-label="Search the library"
              placeholder="Search"
              value={sought}
              onChange={({ target }) => seek(target.value)}
            />
          </div>
        </div>
        <fieldset className="shelves" aria-label="What is shown">
          {shelves.map(([each, name, icon]) => (
            <button key={each} type="button" className="button" aria-pressed={shelf === each} onClick={() => setShelf(each)}>
              <Icon name={icon} />
              {name}
            </button>
          ))}
        </fieldset>
        {problem !== null && <ProblemNotice problem={problem} />}
        {failed !== null && <ProblemNotice problem={failed} />}
        {shelf === 'voice' ? (
          <VoiceShelf fits={fits} />
        ) : (
          <ul className="media-grid">
            {items.map((item) => (
              <LibraryTile
                key={item.id}
                item={item}
                onUse={isMedia(item) ? () => void begin(item) : null}
                onRename={(name) => void change(save(item, name))}
                onRemove={() => void change(studio().api.removeFromLibrary(item.id))}
              />
            ))}
          </ul>
        )}
        {shelf !== 'voice' && value !== null && items.length === 0 && (
          <p className="empty quiet">
            {sought === '' ? 'Nothing here yet. Drop pictures, clips and sounds anywhere on this page.' : `Nothing is called “${sought}”.`}
          </p>
        )}
      </main>
    </div>
  );
}

function isMedia({ kind }: LibraryItem): boolean {
  return kind === 'picture' || kind === 'clip' || kind === 'sound';
}

function VoiceShelf({ fits }: { readonly fits: (text: string) => boolean }) {
  const voices = useVoices();
  return (
    <ul className="media-grid">
      {voices
        .toSorted((a, b) => Number(b.natural) - Number(a.natural))
        .filter((voice) => fits(`${voice.id} ${languageName(voice.language)}`))
        .map((voice) => (
          <li key={voice.id} className="media-tile voice-tile">
            <Icon name="voice" />
            <strong>{voice.id}</strong>
            <span className="quiet small">
              {languageName(voice.language)}, {voice.natural ? 'natural' : 'simple'}
            </span>
            <span className="quiet small">{voice.licence}</span>
          </li>
        ))}
    </ul>
  );
}
