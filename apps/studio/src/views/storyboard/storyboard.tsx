import { joinShots, moveShot, splitShot } from '@filmwright/core';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { addShot, duplicateShot, placeOf, removeShot, setShotText, shotsOf } from '../../model/edit-film.ts';
import { hashOf } from '../../model/place.ts';
import { issuesByShot } from '../../model/shot-facts.ts';
import { columnsFor, neighbour, sliceOf, topOf } from '../../model/windowed.ts';
import { Icon } from '../../parts/icon.tsx';
import { toast } from '../../parts/toasts.tsx';
import { useSize } from '../../parts/use-size.ts';
import { shotKeys, useDocument, useFilm, useFilmState, useIssues } from '../film-context.ts';
import { ShotCard } from './shot-card.tsx';
import { useBoardScroll } from './use-board-scroll.ts';
import { useDragShots } from './use-drag-shots.ts';
import { useDropFiles } from './use-drop-files.ts';
import { useStills } from './use-stills.ts';

const cellPx = 264;
const gap = 16;
const wordsHeight = 150;
const highestPicture = 240;

/** The film as a board of cards, of which only those in sight are drawn. */
export function Storyboard() {
  const { editing, selected, select, openPanel } = useFilm();
  const document = useDocument();
  const issues = useIssues();
  const filmId = useFilmState((state) => state.id);
  const shots = shotsOf(document);
  const keys = useMemo(() => shotKeys(document), [document]);
  const problems = useMemo(() => issuesByShot(issues), [issues]);
  const stillOf = useStills();
  const boardRef = useRef<HTMLOListElement>(null);
  const { widthPx } = useSize(boardRef);
  const columns = columnsFor({ widthPx, cellPx, gap });
  const pictureHeight = Math.min(highestPicture, Math.round((((widthPx - gap * (columns - 1)) / columns) * 9) / 16));
  const rowHeight = pictureHeight + wordsHeight;
  const grid = { count: shots.length + 1, columns, rowHeight, gap };
  const { scrollPx, viewPx, reveal } = useBoardScroll(boardRef, { topOf: (index) => topOf(index, grid), rowHeight });
  const slice = sliceOf(grid, { scrollPx, viewPx });
  const [edited, setEdited] = useState<string | null>(null);
  const wantsFocus = useRef(false);
  const current = Math.min(selected, Math.max(0, shots.length - 1));

  const goTo = useCallback(
    (index: number) => {
      wantsFocus.current = true;
      select(index);
    },
    [select],
  );
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    reveal(current);
    const card = boardRef.current?.querySelector<HTMLElement>(`[data-index="${current}"]`);
    if (card === null || card === undefined || edited !== null) return;
    card.focus({ preventScroll: true });
    wantsFocus.current = false;
  });
  useEffect(() => {
    if (selected !== current) select(current);
  }, [selected, current, select]);

  const remove = (index: number): void => {
    editing.edit({ label: `removing shot ${index + 1}`, change: (film) => removeShot(film, index) });
    toast(`Shot ${index + 1} removed.`, { label: 'Undo', run: editing.undo });
    goTo(Math.max(0, Math.min(index, shots.length - 2)));
  };
  const add = (at: number): void => {
    editing.edit({ label: 'a new shot', change: (film) => addShot(film, at) });
    goTo(at);
    setEdited(shotKeys(editing.content().document)[at] ?? null);
  };
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= shots.length || from === to) return;
    editing.edit({ label: `moving shot ${from + 1}`, change: (film) => moveShot(film, { from, to }) });
    goTo(to);
  };
  const join = (index: number): void => {
    if (index + 1 >= shots.length) return;
    editing.edit({ label: `joining shots ${index + 1} and ${index + 2}`, change: (film) => joinShots(film, index) });
    goTo(index);
  };
  const split = (index: number, position: number): void => {
    const shot = shots[index];
    if (shot === undefined) return;
    const before = shots.length;
    editing.edit({ label: `splitting shot ${index + 1}`, change: (film) => splitShot(film, { shot: index, ...placeOf(shot, position) }) });
    if (shotsOf(editing.content().document).length === before) {
      toast('There are no words on one side of the cursor. Put it between two words, then split.');
      return;
    }
    setEdited(null);
    goTo(index + 1);
  };
  const duplicate = (index: number): void => {
    editing.edit({ label: `a copy of shot ${index + 1}`, change: (film) => duplicateShot(film, index) });
    goTo(index + 1);
  };
  const open = (index: number): void => {
    location.hash = hashOf({ view: 'shot', film: filmId, shot: shots[index]?.id ?? '' });
  };

  const files = useDropFiles();
  const drag = useDragShots({ boardRef, grid, move });

  const press = (event: KeyboardEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement;
    const index = Number(target.dataset['index'] ?? Number.NaN);
    if (Number.isNaN(index)) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const act = ((): (() => void) | null => {
      if (event.key.startsWith('Arrow') || key === 'home' || key === 'end') {
        const next = neighbour(index, { key: event.key, columns, count: shots.length });
        return () => (event.altKey ? move(index, next) : goTo(next));
      }
      if (key === 'enter') return () => (command ? join(index) : setEdited(keys[index] ?? null));
      if (key === 'delete' || key === 'backspace') return () => remove(index);
      if (command && key === 'd') return () => duplicate(index);
      if (command || event.altKey) return null;
      if (key === 'n') return () => add(index + 1);
      if (key === 'o') return () => open(index);
      return key === 'i' ? () => openPanel('shot') : null;
    })();
    if (act === null) return;
    event.preventDefault();
    act();
  };

  return (
    <div className="board">
      <h1 className="unseen">Storyboard</h1>
      <ol
        ref={boardRef}
        className="board-grid"
        aria-label={`Storyboard, ${shots.length} shots`}
        style={{
          height: slice.heightPx,
          gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          gridAutoRows: rowHeight,
          gap,
          paddingTop: slice.topPx,
        }}
        onKeyDown={press}
        onDragOver={files.onDragOver}
        onDragLeave={files.onDragLeave}
        onDrop={files.onDrop}
      >
        {shots.slice(slice.first, slice.end).map((shot, offset) => {
          const index = slice.first + offset;
          const key = keys[index] ?? String(index);
          return (
            <ShotCard
              key={key}
              shot={shot}
              index={index}
              count={shots.length}
              film={document}
              still={stillOf(shot)}
              issues={problems.get(index) ?? none}
              isCurrent={index === current}
              isEdited={edited === key}
              isOver={files.over === index}
              filmId={filmId}
              drag={drag}
              onSelect={select}
              onEdit={(on) => {
                setEdited(on ? key : null);
                if (!on) goTo(index);
              }}
              onWords={(text) =>
                editing.edit({
                  label: `words of shot ${index + 1}`,
                  merge: `words ${key}`,
                  change: (film) => setShotText(film, { shot: index, text }),
                })
              }
              onSplit={(position) => split(index, position)}
              onJoin={() => join(index)}
              onDuplicate={() => duplicate(index)}
              onRemove={() => remove(index)}
              onOpen={() => open(index)}
              onPanel={() => {
                select(index);
                openPanel('shot');
              }}
            />
          );
        })}
        {slice.end > shots.length && (
          <li className="add-cell">
            <button type="button" className="add-card" onClick={() => add(shots.length)}>
              <Icon name="plus" />
              Add a shot
            </button>
          </li>
        )}
      </ol>
    </div>
  );
}

const none: readonly never[] = [];
