import type { ReactNode } from 'react';
import { ThemeSwitch } from './theme-switch.tsx';

/** The strip at the top of every place: the mark leads home, `children` stand in the middle, `actions` at the end. */
export function TopBar({ children, actions }: { readonly children?: ReactNode; readonly actions?: ReactNode }) {
  return (
    <header className="top">
      <a className="mark" href="#/">
        <span className="unseen">Filmwright, all films</span>
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="#b4500f" />
          <path d="M12 9.5v13l11-6.5z" fill="#fff" />
        </svg>
      </a>
      <div className="top-middle">{children}</div>
      <div className="top-actions">
        {actions}
        <ThemeSwitch />
      </div>
    </header>
  );
}
