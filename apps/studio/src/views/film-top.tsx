import { withoutUnprintable } from '@filmwright/core';
import { stepNames } from '../model/history.ts';
import type { FilmPlace } from '../model/place.ts';
import { saveStatus } from '../model/save-state.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { TopBar } from '../parts/top-bar.tsx';
import { hiddenConflict } from './conflict-dialog.tsx';
import { useFilm, useFilmState } from './film-context.ts';
import { usePlaceLinks } from './phone-places.tsx';

const panels = [
  ['versions', 'history', 'Versions'],
  ['settings', 'sliders', 'Settings of the film'],
] as const;

/** The top of an open film: its title, whether it is saved, its places, undo and the panels. */
export function FilmTop({ place }: { readonly place: FilmPlace }) {
  const { editing, panel, openPanel, showKeys } = useFilm();
  const title = useFilmState((state) => String(state.history.now.content.document.title ?? ''));
  const names = useFilmState((state) => state.history);
  const { undo, redo } = stepNames(names);
  const links = usePlaceLinks(place);
  const tell = useFilmState((state) => state.said);
  return (
    <TopBar
      actions={
        <>
          <IconButton
            icon="undo"
            label={undo === null ? 'Undo' : `Undo: ${undo}`}
            title={undo === null ? 'Nothing to undo' : `Undo ${undo} (Ctrl+Z)`}
            aria-disabled={undo === null}
            onClick={editing.undo}
          />
          <IconButton
            icon="redo"
            label={redo === null ? 'Redo' : `Redo: ${redo}`}
            title={redo === null ? 'Nothing to do again' : `Redo ${redo} (Ctrl+Shift+Z)`}
            aria-disabled={redo === null}
            onClick={editing.redo}
          />
          {place.view !== 'film' &&
            panels.map(([name, icon, label]) => (
              <IconButton
                key={name}
                icon={icon}
                label={label}
                title={label}
                aria-expanded={panel === name}
                onClick={() => openPanel(panel === name ? null : name)}
              />
            ))}
          <IconButton icon="help" className="wide-only" label="Keys" title="Keys (?)" onClick={showKeys} />
        </>
      }
    >
      <input
        className="title-input"
        aria-label="Title of the film"
        value={title}
        maxLength={200}
        onChange={({ target }) =>
          editing.edit({ label: 'the title', merge: 'title', change: (film) => ({ ...film, title: withoutUnprintable(target.value) }) })
        }
      />
      <SaveMark />
      <nav className="places wide-only" aria-label="Places of the film">
        {links.map(({ view, label, icon, href }) => (
          <a key={view} className="place" href={href} aria-current={view === place.view ? 'page' : undefined}>
            <Icon name={icon} />
            {label}
          </a>
        ))}
      </nav>
      <span className="unseen" role="status">
        {tell}
      </span>
    </TopBar>
  );
}

const words = {
  saved: ['Saved', '', 'check'],
  unsaved: ['Saving…', '', 'clock'],
  saving: ['Saving…', '', 'clock'],
  offline: ['Offline: kept here', 'warn', 'warn'],
  refused: ['Not saved', 'bad', 'warn'],
  conflict: ['Two versions', 'bad', 'warn'],
} as const;

function SaveMark() {
  const status = useFilmState((state) => saveStatus(state.save, state.history.now.content));
  const failure = useFilmState((state) => state.save.failure);
  const [text, tone, icon] = words[status];
  const why =
    failure?.kind === 'refused'
      ? failure.problem.detail
      : status === 'offline'
        ? 'The program does not answer. Your edits are kept in this browser and saved as soon as it does.'
        : undefined;
  if (status === 'conflict')
    return (
      <button type="button" className="button save-state bad" data-status={status} onClick={() => hiddenConflict.set(null)}>
        <Icon name={icon} />
        <span>{text}</span>
      </button>
    );
  return (
    <span className={`save-state ${tone}`} role="status" title={why} data-status={status}>
      <Icon name={icon} />
      <span>{text}</span>
    </span>
  );
}
