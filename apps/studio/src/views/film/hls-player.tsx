import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { timeCode } from '../../model/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { IconButton } from '../../parts/icon-button.tsx';

export type PlayerProps = {
  /** Signed address of a playlist that may still grow; null shows the poster alone. */
  readonly hls: string | null;
  /** The finished film as one file, played in its place where there is one. */
  readonly file?: string | null;
  readonly poster: string | null;
  readonly captions?: string | null;
  readonly fps: number;
  readonly label: string;
  readonly aspect: string;
  /** Plays only from here to there, in milliseconds of the film. */
  readonly range?: { readonly startMs: number; readonly endMs: number };
  readonly videoRef?: RefObject<HTMLVideoElement | null>;
  readonly onTime?: (ms: number) => void;
};

/** Plays a film frame by frame: `,` and `.` step, space plays, arrows go a second. */
export function HlsPlayer(props: PlayerProps) {
  const { hls, file = null, poster, captions = null, fps, label, aspect, range, onTime } = props;
  const own = useRef<HTMLVideoElement>(null);
  const video = props.videoRef ?? own;
  const [playing, setPlaying] = useState(false);
  const [atMs, setAtMs] = useState(range?.startMs ?? 0);
  const [lengthMs, setLengthMs] = useState(0);
  const [problem, setProblem] = useState('');
  const startMs = range?.startMs ?? 0;
  const endMs = range?.endMs ?? lengthMs;

  useEffect(() => {
    const element = video.current;
    if (element === null || file !== null || hls === null) return;
    setProblem('');
    let end: (() => void) | null = null;
    let gone = false;
    const broken = (): void => setProblem('This browser cannot play the film. Download the master instead.');
    // The player of playlists is half of the studio's script: it is fetched when it is needed.
    import('./play-hls.ts').then(({ playHls }) => {
      if (!gone) end = playHls(element, { hls, startMs, onBroken: broken });
    }, broken);
    return () => {
      gone = true;
      end?.();
    };
  }, [hls, file, video, startMs]);

  useEffect(() => {
    let frame = 0;
    const read = (): void => {
      const element = video.current;
      if (element !== null && !element.paused) {
        const ms = element.currentTime * 1000;
        if (range !== undefined && ms >= range.endMs - 1000 / fps / 2) element.pause();
        setAtMs(ms);
        onTime?.(ms);
      }
      frame = requestAnimationFrame(read);
    };
    frame = requestAnimationFrame(read);
    return () => cancelAnimationFrame(frame);
  }, [video, range, fps, onTime]);

  const seek = (ms: number): void => {
    const element = video.current;
    if (element === null) return;
    const within = Math.max(startMs, Math.min(endMs === 0 ? ms : endMs - 1000 / fps, ms));
    // The middle of a frame, so that rounding never shows the one before.
    element.currentTime = within / 1000 + 0.25 / fps;
    setAtMs(within);
    onTime?.(within);
  };
  const step = (frames: number): void => {
    video.current?.pause();
    seek(((Math.floor((atMs / 1000) * fps + 0.01) + frames) * 1000) / fps);
  };
  const toggle = (): void => {
    const element = video.current;
    if (element === null) return;
    if (!element.paused) {
      element.pause();
      return;
    }
    if (endMs > 0 && atMs >= endMs - 1500 / fps) seek(startMs);
    void element.play().catch(() => {});
  };
  const press = (event: KeyboardEvent): void => {
    const acts: Readonly<Record<string, () => void>> = {
      ' ': toggle,
      k: toggle,
      ',': () => step(-1),
      '.': () => step(1),
      arrowleft: () => seek(atMs - 1000),
      arrowright: () => seek(atMs + 1000),
      home: () => seek(startMs),
    };
    const act = acts[event.key.toLowerCase()];
    if (
      act === undefined ||
      (event.target instanceof HTMLButtonElement && event.key === ' ') ||
      (event.target instanceof HTMLInputElement && /^(Arrow|Home)/.test(event.key))
    )
      return;
    event.preventDefault();
    act();
  };
  const ready = hls !== null || file !== null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the controls inside.
    <div className="player" style={{ maxWidth: screenShape(aspect).maxWidth }} onKeyDown={press}>
      <div className="player-screen" style={screenShape(aspect)}>
        <video
          ref={video}
          {...(file === null ? {} : { src: file })}
          {...(poster === null ? {} : { poster })}
          playsInline
          preload="metadata"
          aria-label={label}
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onSeeked={({ currentTarget }) => currentTarget.paused && setAtMs(currentTarget.currentTime * 1000)}
          onDurationChange={({ currentTarget }) => Number.isFinite(currentTarget.duration) && setLengthMs(currentTarget.duration * 1000)}
          onClick={toggle}
        >
          {captions !== null && <track kind="captions" src={captions} label="Captions" />}
        </video>
        {!playing && ready && (
          <button type="button" className="player-big" aria-label="Play" tabIndex={-1} onClick={toggle}>
            <Icon name="play" />
          </button>
        )}
      </div>
      <div className="player-bar">
        <IconButton icon={playing ? 'pause' : 'play'} label={playing ? 'Pause' : 'Play'} disabled={!ready} onClick={toggle} />
        <IconButton icon="back" label="One frame back" title="One frame back (,)" disabled={!ready} onClick={() => step(-1)} />
        <IconButton icon="next" label="One frame forward" title="One frame forward (.)" disabled={!ready} onClick={() => step(1)} />
        <input
          className="player-range"
          type="range"
          aria-label="Position in the film"
          aria-valuetext={timeCode((atMs / 1000) * fps, fps)}
          min={startMs}
          max={Math.max(startMs + 1, endMs)}
          step={1000 / fps}
          value={Math.min(Math.max(startMs, endMs), atMs)}
          disabled={!ready}
          onChange={({ target }) => seek(Number(target.value))}
        />
        <span className="code quiet">{timeCode(Math.floor((atMs / 1000) * fps + 0.01), fps)}</span>
      </div>
      {problem !== '' && <p className="bad-text">{problem}</p>}
    </div>
  );
}

/** The size of a screen of a shape such as `16:9` or `1920:1080`: as wide as there is room, never higher than most of the window. */
export function screenShape(aspect: string): { readonly aspectRatio: string; readonly maxWidth: string } {
  const [across = 16, down = 9] = aspect.split(':').map(Number);
  return { aspectRatio: `${across} / ${down}`, maxWidth: `calc(60dvh * ${(across / down).toFixed(4)})` };
}
