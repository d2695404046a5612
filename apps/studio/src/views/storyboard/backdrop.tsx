import { useId } from 'react';

/** A sketch of one of the drawn backgrounds in its colours: ground, then what is drawn on it. */
export function Backdrop({ design, colors }: { readonly design: string; readonly colors: readonly string[] }) {
  const id = useId();
  const [ground = '#f4f1ec', first = '#1f2a44', second = '#ffb347'] = colors;
  return (
    <svg className="sketch-ground" viewBox="0 0 160 90" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <defs>
        <radialGradient id={`${id}h`}>
          <stop offset="0" stopColor={second} stopOpacity="0.75" />
          <stop offset="1" stopColor={second} stopOpacity="0" />
        </radialGradient>
        <linearGradient id={`${id}s`} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stopColor={second} stopOpacity="0.55" />
          <stop offset="1" stopColor={first} stopOpacity="0.35" />
        </linearGradient>
      </defs>
      <rect width="160" height="90" fill={ground} />
      {design === 'halo' && <circle cx="80" cy="42" r="52" fill={`url(#${id}h)`} />}
      {design === 'sweep' && <rect width="160" height="90" fill={`url(#${id}s)`} />}
      {design === 'arc' && <path d="M0 90A80 62 0 0 1 160 90z" fill={first} opacity="0.16" />}
      {design === 'waves' && (
        <g fill={first}>
          <path d="M0 62q40-16 80 0t80 0v28H0z" opacity="0.14" />
          <path d="M0 72q40-14 80 0t80 0v18H0z" opacity="0.18" />
        </g>
      )}
      {design === 'grid' && (
        <path
          d="M0 18h160M0 36h160M0 54h160M0 72h160M20 0v90M50 0v90M80 0v90M110 0v90M140 0v90"
          stroke={first}
          strokeWidth="0.6"
          opacity="0.25"
        />
      )}
    </svg>
  );
}
