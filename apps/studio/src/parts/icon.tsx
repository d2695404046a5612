import type { ReactNode } from 'react';

const shapes = {
  play: <path d="M7 4.8v10.4L15.5 10z" fill="currentColor" stroke="none" />,
  pause: <path d="M6.5 5v10M13.5 5v10" strokeWidth="2.6" />,
  undo: <path d="M7.5 4.5 4 8l3.5 3.5M4.5 8H12a4 4 0 0 1 0 8H9" />,
  redo: <path d="M12.5 4.5 16 8l-3.5 3.5M15.5 8H8a4 4 0 0 0 0 8h3" />,
  plus: <path d="M10 4v12M4 10h12" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
  check: <path d="m4 10.5 4 4 8-9" />,
  back: <path d="M12 4.5 6.5 10l5.5 5.5" />,
  next: <path d="M8 4.5 13.5 10 8 15.5" />,
  split: <path d="M10 3v3m0 3v2m0 3v3M3 6.5h3.5v7H3M17 6.5h-3.5v7H17" />,
  join: <path d="M3 6h4v8H3M17 6h-4v8h4M7 10h6" />,
  copy: <path d="M7 7h9v9H7zM4 13V4h9" />,
  bin: <path d="M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6" />,
  voice: <path d="M10 3a2.5 2.5 0 0 1 2.5 2.5v4a2.5 2.5 0 0 1-5 0v-4A2.5 2.5 0 0 1 10 3ZM5 9.5a5 5 0 0 0 10 0M10 14.5V17" />,
  sound: <path d="M4 8v4h2.5L10 15V5L6.5 8zM13 7.5a3.5 3.5 0 0 1 0 5M15 5a7 7 0 0 1 0 10" />,
  picture: <path d="M3 4h14v12H3zM3 13l4-4 4 4 2-2 4 4M12.8 8a.8.8 0 1 0 .01 0" />,
  clip: <path d="M3 5h14v10H3zM7 5v10M13 5v10M3 8.3h4M3 11.7h4M13 8.3h4M13 11.7h4" />,
  person: <path d="M10 4a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM4 16.5c.6-3 3-4.5 6-4.5s5.4 1.5 6 4.5" />,
  brand: (
    <path d="M10 3a7 7 0 1 0 0 14c1.6 0 1.6-1.4 1-2.3-.6-1 0-2.2 1.3-2.2H14a3 3 0 0 0 3-3C17 5.8 13.9 3 10 3ZM6.5 9.5h.01M9 6.5h.01M12.8 7h.01" />
  ),
  folder: <path d="M3 5h5l1.5 2H17v9H3z" />,
  upload: <path d="M10 13V4M6.5 7.5 10 4l3.5 3.5M4 13v3h12v-3" />,
  download: <path d="M10 4v9M6.5 9.5 10 13l3.5-3.5M4 14v2.5h12V14" />,
  clock: <path d="M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM10 6.5V10l2.5 1.5" />,
  history: <path d="M4 10a6 6 0 1 1 1.8 4.3M4 10l-1.5-2M4 10l2-1.5M10 7v3.2l2.2 1.3" />,
  sliders: <path d="M4 6h7M15 6h1M4 14h1M9 14h7M13 4v4M7 12v4" />,
  warn: <path d="M10 3.5 17.5 16h-15zM10 8v4M10 14.2h.01" />,
  sun: (
    <path d="M10 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM10 2.5v1.8M10 15.7v1.8M2.5 10h1.8M15.7 10h1.8M4.7 4.7 6 6M14 14l1.3 1.3M15.3 4.7 14 6M6 14l-1.3 1.3" />
  ),
  moon: <path d="M15.5 12A6.5 6.5 0 0 1 8 4.5a6.5 6.5 0 1 0 7.5 7.5Z" />,
  help: <path d="M7.5 7.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M10 14.3h.01" />,
  film: <path d="M3 5h14v10H3zM8.5 8v4l3.5-2z" />,
  board: <path d="M3 4h6v5H3zM11 4h6v5h-6zM3 11h6v5H3zM11 11h6v5h-6z" />,
  search: <path d="M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4ZM12.7 12.7 16.5 16.5" />,
  more: <path d="M5 10h.01M10 10h.01M15 10h.01" strokeWidth="2.4" />,
  text: <path d="M4 6V4.5h12V6M10 4.5v11M7.5 15.5h5" />,
  fleet: <path d="M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01M9 6.5h5M9 13.5h5" />,
  retry: <path d="M15.5 6.5A6.5 6.5 0 1 0 16.5 10M16 3.5v3.3h-3.3" />,
} as const satisfies Readonly<Record<string, ReactNode>>;
export type IconName = keyof typeof shapes;

/** A sign beside or in place of words; people who cannot see it are told by the control's own label. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  );
}
