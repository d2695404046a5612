/** `0:42`, `12:05`, `1:02:03`; rounded to the nearest second. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** `4.2 s` below a minute, a clock's time above. */
export function shortTime(ms: number): string {
  return ms < 59_950 ? `${(ms / 1000).toFixed(1)} s` : clockTime(ms);
}

/** In words: `40 seconds`, `3 minutes`, `1 hour 10 minutes`. */
export function spokenTime(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return counted(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return counted(minutes, 'minute');
  const rest = minutes % 60;
  return `${counted(Math.floor(minutes / 60), 'hour')}${rest === 0 ? '' : ` ${counted(rest, 'minute')}`}`;
}

/** Hours, minutes, seconds and frames of a moment: `00:00:04:12`. */
export function timeCode(frame: number, fps: number): string {
  const whole = Math.max(0, Math.round(frame));
  const pad = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(whole / fps);
  return `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}:${pad(whole % fps)}`;
}

/** `820 kB`, `12.4 MB`, `2.0 GB`; powers of ten. */
export function byteCount(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `1 shot`, `12 shots`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `just now`, `5 minutes ago`, `yesterday`, then the date. */
export function timeAgo(iso: string, nowMs: number): string {
  const then = Date.parse(iso);
  const minutes = Math.round((nowMs - then) / 60_000);
  if (Number.isNaN(then)) return '';
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${counted(minutes, 'minute')} ago`;
  if (minutes < 24 * 60) return `${counted(Math.round(minutes / 60), 'hour')} ago`;
  if (minutes < 48 * 60) return 'yesterday';
  return new Date(then).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** A moment as people say it: the time of today, with the day for others (`24 Dec, 18:00`). */
export function momentText(iso: string, nowMs: number): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  if (at.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${time}`;
}

/** A name of the format as people read it: `zoom-in` is `Zoom in`. */
export function asSentence(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
