import { useState } from 'react';
import { IconButton } from './icon-button.tsx';

const key = 'filmwright-theme';
type Theme = 'light' | 'dark';

/** Puts the chosen look on the page; without a choice the system decides. */
export function applyTheme(): void {
  const chosen = read();
  if (chosen !== null) document.documentElement.dataset['theme'] = chosen;
}

/** Turns the page light or dark and remembers it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(() => read() ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  const other = theme === 'dark' ? 'light' : 'dark';
  const turn = (): void => {
    document.documentElement.dataset['theme'] = other;
    try {
      localStorage.setItem(key, other);
    } catch {
      // A browser that keeps nothing still shows it now.
    }
    setTheme(other);
  };
  return (
    <IconButton icon={theme === 'dark' ? 'sun' : 'moon'} label={`Turn the page ${other}`} title={`Turn the page ${other}`} onClick={turn} />
  );
}

function read(): Theme | null {
  try {
    const found = localStorage.getItem(key);
    return found === 'light' || found === 'dark' ? found : null;
  } catch {
    return null;
  }
}
