import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { ticks } from '../../model/chart.ts';
import { setInShot, shotsOf } from '../../model/edit-film.ts';
import { clockTime, shortTime } from '../../model/format.ts';
import {
  clearWordTimes,
  edgeLimits,
  hasWordTimes,
  type ShotView,
  setShotFrames,
  setWordEdge,
  type WordEdge,
} from '../../model/timeline-edits.ts';
import { useSize } from '../../parts/use-size.ts';
import { useDocument, useFilm } from '../film-context.ts';
import { Waveform } from './waveform.tsx';

type TimelineProps = {
  readonly shot: ShotView;
  readonly index: number;
  readonly fps: number;
  readonly atMs: number;
  readonly onSeek: (ms: number) => void;
};
const smallestPxPerSecond = 170;

/** The words of a shot over their sound. Edges of words and the cut at the end are dragged, or moved by arrow keys: a frame, with Shift ten. */
export function Timeline({ shot, index, fps, atMs, onSeek }: TimelineProps) {
  const { editing } = useFilm();
  const document = useDocument();
  const outer = useRef<HTMLDivElement>(null);
  const { widthPx } = useSize(outer);
  const startMs = (shot.startFrame * 1000) / fps;
  const [frames, setFrames] = useState(shot.frames);
  useEffect(() => setFrames(shot.frames), [shot.frames]);
  const lengthMs = (Math.max(frames, shot.frames) * 1000) / fps;
  const pxPerMs = Math.max(smallestPxPerSecond / 1000, Math.max(1, widthPx - 48) / lengthMs);
  const x = (ms: number): number => (ms - startMs) * pxPerMs;
  const marks = useMemo(() => ticks(0, lengthMs, Math.max(2, Math.round((lengthMs * pxPerMs) / 110))), [lengthMs, pxPerMs]);
  const own = shotsOf(document)[index];

  const cut = (to: number): void => {
    const wanted = Math.max(1, Math.round(to));
    setFrames(wanted);
    editing.edit({
      label: `length of shot ${index + 1}`,
      merge: `length ${own?.id ?? index}`,
      change: (film) => setShotFrames(film, { shot: index, frames: wanted }),
    });
  };

  return (
    <section className="stack" aria-label="Timeline">
      <div className="row apart">
        <h2>Words and cut</h2>
        <div className="row">
          {hasWordTimes(document, index) && (
            <button
              type="button"
              className="button"
              onClick={() => editing.edit({ label: `word times of shot ${index + 1}`, change: (film) => clearWordTimes(film, index) })}
            >
              Words as heard
            </button>
          )}
          {own?.length !== undefined && (
            <button
              type="button"
              className="button"
              onClick={() =>
                editing.edit({
                  label: `length of shot ${index + 1}`,
                  change: (film) => setInShot(film, { shot: index, path: ['length'], value: undefined }),
                })
              }
            >
              As long as its words
            </button>
          )}
        </div>
      </div>
      <div ref={outer} className="sheet timeline">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the player's own slider does the same by keys. */}
        <div
          className="timeline-inner"
          style={{ width: lengthMs * pxPerMs + 24 }}
          onClick={(event) => onSeek(startMs + (event.clientX - event.currentTarget.getBoundingClientRect().left) / pxPerMs)}
        >
          <div className="timeline-marks" aria-hidden="true">
            {marks.map((ms) => (
              <span key={ms} className="timeline-mark" style={{ left: ms * pxPerMs }}>
                {lengthMs < 10_000 ? `${(ms / 1000).toFixed(1)} s` : clockTime(ms)}
              </span>
            ))}
          </div>
          {shot.lines.map((line, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place.
            <div key={number} className="timeline-line">
              {line.sound !== null && (
                <Waveform digest={line.sound} left={x(line.startMs)} widthPx={(line.endMs - line.startMs) * pxPerMs} />
              )}
              {line.words.map((word, at) => (
                <Word
                  key={word.index}
                  text={word.text}
                  startPx={x(word.startMs)}
                  endPx={x(word.endMs)}
                  onMove={(edge, deltaMs) => {
                    const place: WordEdge = { shot: index, line: number, word: at, edge };
                    const { min, max } = edgeLimits(line, place);
                    const toMs = Math.min(max, Math.max(min, (edge === 'start' ? word.startMs : word.endMs) + deltaMs));
                    editing.edit({
                      label: `time of “${word.text}”`,
                      merge: `word ${own?.id} ${number} ${at} ${edge}`,
                      change: (film) => setWordEdge(film, { at: place, line, toMs }),
                    });
                  }}
                  frameMs={1000 / fps}
                  pxPerMs={pxPerMs}
                />
              ))}
            </div>
          ))}
          {shot.lines.length === 0 && <div className="timeline-line quiet small">No words in this shot.</div>}
          <CutEdge left={(frames * 1000 * pxPerMs) / fps} frames={frames} fps={fps} pxPerFrame={(1000 * pxPerMs) / fps} onCut={cut} />
          <span
            className="playhead"
            style={{ transform: `translateX(${Math.max(0, Math.min(lengthMs, atMs - startMs)) * pxPerMs}px)` }}
            aria-hidden="true"
          />
        </div>
      </div>
    </section>
  );
}

type WordProps = {
  readonly text: string;
  readonly startPx: number;
  readonly endPx: number;
  readonly frameMs: number;
  readonly pxPerMs: number;
  readonly onMove: (edge: 'start' | 'end', deltaMs: number) => void;
};

function Word({ text, startPx, endPx, frameMs, pxPerMs, onMove }: WordProps) {
  // What was moved shows at once; the preview made next measures it.
  const [moved, setMoved] = useState({ start: 0, end: 0 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: new times from the program replace what was only shown.
  useEffect(() => setMoved({ start: 0, end: 0 }), [startPx, endPx]);
  const move = (edge: 'start' | 'end', deltaMs: number): void => {
    const total = moved[edge] + deltaMs;
    setMoved((before) => ({ ...before, [edge]: total }));
    onMove(edge, total);
  };
  const left = startPx + moved.start * pxPerMs;
  const right = endPx + moved.end * pxPerMs;
  return (
    <span className="word" style={{ left, width: Math.max(3, right - left) }}>
      <span className="word-text" dir="auto">
        {text}
      </span>
      {(['start', 'end'] as const).map((edge) => (
        <Handle
          key={edge}
          className={`word-edge ${edge}`}
          label={`${edge === 'start' ? 'Start' : 'End'} of “${text}”`}
          valueText={shortTime((edge === 'start' ? left : right) / pxPerMs)}
          value={Math.round((edge === 'start' ? left : right) / pxPerMs)}
          onStep={(steps) => move(edge, steps * frameMs)}
          onDrag={(px) => move(edge, px / pxPerMs)}
        />
      ))}
    </span>
  );
}

function CutEdge({
  left,
  frames,
  fps,
  pxPerFrame,
  onCut,
}: {
  readonly left: number;
  readonly frames: number;
  readonly fps: number;
  readonly pxPerFrame: number;
  readonly onCut: (frames: number) => void;
}) {
  const dragged = useRef(frames);
  return (
    <span className="cut" style={{ left }}>
      <Handle
        className="cut-edge"
        label="Cut at the end of the shot"
        value={frames}
        valueText={`${frames} frames, ${shortTime((frames * 1000) / fps)}`}
        onStep={(steps) => onCut(frames + steps)}
        onStart={() => {
          dragged.current = frames;
        }}
        onDrag={(px) => {
          dragged.current += px / pxPerFrame;
          onCut(dragged.current);
        }}
      />
    </span>
  );
}

type HandleProps = {
  readonly className: string;
  readonly label: string;
  readonly value: number;
  readonly valueText: string;
  readonly onStep: (steps: number) => void;
  readonly onDrag: (px: number) => void;
  readonly onStart?: () => void;
};

function Handle({ className, label, value, valueText, onStep, onDrag, onStart }: HandleProps) {
  const last = useRef<number | null>(null);
  const press = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onStep(step * (event.shiftKey ? 10 : 1));
  };
  const down = (event: PointerEvent<HTMLElement>): void => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    last.current = event.clientX;
    onStart?.();
  };
  const drag = (event: PointerEvent): void => {
    if (last.current === null) return;
    const px = event.clientX - last.current;
    if (px === 0) return;
    last.current = event.clientX;
    onDrag(px);
  };
  const end = (): void => {
    last.current = null;
  };
  return (
    <span
      className={className}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuenow={value}
      aria-valuetext={valueText}
      aria-orientation="horizontal"
      onKeyDown={press}
      onPointerDown={down}
      onPointerMove={drag}
      onPointerUp={end}
      onPointerCancel={end}
      onClick={(event) => event.stopPropagation()}
    />
  );
}
