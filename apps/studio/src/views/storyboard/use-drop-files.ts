import type { ShotDocument } from '@filmwright/core';
import { type DragEvent, useState } from 'react';
import { addShot, shotsOf } from '../../model/edit-film.ts';
import { studio } from '../../store/studio.ts';
import { useFilm } from '../film-context.ts';

export type DropFiles = {
  /** The card that files are held over. */
  readonly over: number | null;
  readonly onDragOver: (event: DragEvent<HTMLElement>) => void;
  readonly onDragLeave: (event: DragEvent<HTMLElement>) => void;
  readonly onDrop: (event: DragEvent<HTMLElement>) => void;
};

/** Takes files that are dropped on the board: the first for the card below, the others for the cards after it; beside the cards they make new shots. */
export function useDropFiles(): DropFiles {
  const { editing } = useFilm();
  const [over, setOver] = useState<number | null>(null);
  const drop = (event: DragEvent<HTMLElement>): void => {
    const files = [...event.dataTransfer.files];
    if (files.length === 0) return;
    event.preventDefault();
    setOver(null);
    const film = editing.store.get().id;
    const shots = (): readonly ShotDocument[] => shotsOf(editing.content().document);
    const first = cardAt(event) ?? shots().length;
    for (const [offset, file] of files.entries()) {
      const count = shots().length;
      if (first + offset >= count) editing.edit({ label: 'a shot for a file', change: (document) => addShot(document, count) });
      const shot = shots()[first + offset]?.id;
      if (shot !== undefined) studio().uploads.send(file, { to: 'shot', film, shot, use: 'ground' });
    }
  };
  return {
    over,
    onDragOver(event) {
      if (!event.dataTransfer.types.includes('Files')) return;
      event.preventDefault();
      setOver(cardAt(event));
    },
    onDragLeave: () => setOver(null),
    onDrop: drop,
  };
}

function cardAt({ target }: DragEvent<HTMLElement>): number | null {
  const index = (target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset['index'];
  return index === undefined ? null : Number(index);
}
