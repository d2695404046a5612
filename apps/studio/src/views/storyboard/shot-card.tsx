import type { FilmDocument, Issue } from '@filmwright/contracts';
import type { ShotDocument } from '@filmwright/core';
import { memo } from 'react';
import { shotText } from '../../model/edit-film.ts';
import { shortTime } from '../../model/format.ts';
import { estimatedMs, speakersOf } from '../../model/shot-facts.ts';
import { Icon } from '../../parts/icon.tsx';
import { IconButton } from '../../parts/icon-button.tsx';
import { CardUpload } from './card-upload.tsx';
import { ShotThumb } from './shot-thumb.tsx';
import type { DragShots } from './use-drag-shots.ts';
import type { Still } from './use-stills.ts';
import { WordsEditor } from './words-editor.tsx';

export type ShotCardProps = {
  readonly shot: ShotDocument;
  readonly index: number;
  readonly count: number;
  readonly film: FilmDocument;
  readonly still: Still;
  readonly issues: readonly Issue[];
  readonly isCurrent: boolean;
  readonly isEdited: boolean;
  /** Files are held over it. */
  readonly isOver: boolean;
  readonly filmId: string;
  readonly drag: DragShots;
  readonly onSelect: (index: number) => void;
  readonly onEdit: (on: boolean) => void;
  readonly onWords: (text: string) => void;
  readonly onSplit: (position: number) => void;
  readonly onJoin: () => void;
  readonly onDuplicate: () => void;
  readonly onRemove: () => void;
  readonly onOpen: () => void;
  readonly onPanel: () => void;
};

/** A shot as a card: what is seen, how long, what is said and by whom, what is wrong with it. */
export const ShotCard = memo(function ShotCard(props: ShotCardProps) {
  const { shot, index, count, film, still, issues, isCurrent, isEdited, drag, onSelect, onEdit } = props;
  const text = shotText(shot);
  const length = still?.timed ? still.durationMs : estimatedMs(shot, film);
  const speakers = speakersOf(shot, film);
  const worst = issues.some(({ severity }) => severity === 'error') ? 'bad' : issues.length > 0 ? 'warn' : '';
  const handlers = drag.handlers(index);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the board hears the keys of its cards.
    <li
      className="sheet pickable card"
      tabIndex={isCurrent ? 0 : -1}
      data-index={index}
      data-current={isCurrent || undefined}
      data-tone={worst || undefined}
      data-over={props.isOver || undefined}
      data-carried={drag.from === index || undefined}
      data-target={drag.to === index && drag.from !== index ? (drag.from !== null && drag.from < index ? 'after' : 'before') : undefined}
      aria-posinset={index + 1}
      aria-setsize={count}
      aria-label={`Shot ${index + 1} of ${count}, ${shortTime(length)}${issues.length > 0 ? `, ${issues.length} to look at` : ''}: ${text === '' ? 'no words' : text.slice(0, 200)}`}
      onFocus={(event) => event.target === event.currentTarget && onSelect(index)}
      onClick={({ target }) => (isCurrent && (target as HTMLElement).closest('.words') !== null ? onEdit(true) : onSelect(index))}
      onDoubleClick={() => onEdit(true)}
    >
      <div className="card-picture" {...handlers}>
        <ShotThumb shot={shot} film={film} still={still} />
        <span className="picture-label card-number">{index + 1}</span>
        <span className="picture-label card-length figures" title={still?.timed ? 'Measured' : 'Estimated'}>
          {still?.timed ? '' : '≈ '}
          {shortTime(length)}
        </span>
        <button
          type="button"
          className="card-open"
          tabIndex={-1}
          aria-label={`Open shot ${index + 1}`}
          title="Open: preview, takes, timeline (O)"
          onClick={props.onOpen}
          onPointerDown={(event) => event.stopPropagation()}
        >
          <Icon name="play" />
        </button>
        <CardUpload film={props.filmId} shot={shot.id} />
      </div>
      <div className="card-words">
        {isEdited ? (
          <WordsEditor
            text={text}
            label={`Words of shot ${index + 1}`}
            onChange={props.onWords}
            onDone={() => onEdit(false)}
            onSplit={props.onSplit}
            onJoin={props.onJoin}
          />
        ) : (
          <p className={text === '' ? 'words quiet' : 'words'} dir="auto">
            {text === '' ? 'No words. Press Enter to write some.' : text}
          </p>
        )}
      </div>
      <div className="card-foot">
        {issues.length > 0 ? (
          <span className={`chip ${worst} clip-chip`} title={issues.map(({ message, next }) => `${message} ${next ?? ''}`).join('\n')}>
            <Icon name="warn" />
            <span className="clip-text">{issues[0]?.next ?? issues[0]?.message}</span>
          </span>
        ) : (
          speakers.length > 0 && (
            <span className="chip clip-chip">
              <Icon name="voice" />
              <span className="clip-text">{speakers.join(', ')}</span>
            </span>
          )
        )}
        <span className="card-tools">
          <IconButton
            icon="sliders"
            small
            tabIndex={-1}
            label={`Picture, voice and texts of shot ${index + 1}`}
            title="Picture, voice, texts (I)"
            onClick={props.onPanel}
          />
          <IconButton
            icon="join"
            small
            tabIndex={-1}
            label={`Join shot ${index + 1} with the next`}
            title="Join with the next (Ctrl+Enter)"
            disabled={index + 1 >= count}
            onClick={props.onJoin}
          />
          <IconButton
            icon="copy"
            small
            tabIndex={-1}
            label={`Duplicate shot ${index + 1}`}
            title="Duplicate (Ctrl+D)"
            onClick={props.onDuplicate}
          />
          <IconButton icon="bin" small tabIndex={-1} label={`Remove shot ${index + 1}`} title="Remove (Delete)" onClick={props.onRemove} />
        </span>
      </div>
    </li>
  );
});
