import { useEffect } from 'react';
import { Toasts } from './parts/toasts.tsx';
import { UploadTray } from './parts/upload-tray.tsx';
import { usePlace } from './store/studio.ts';
import { FilmSpace } from './views/film-space.tsx';
import { FleetView } from './views/fleet/fleet-view.tsx';
import { LibraryView } from './views/library/library-view.tsx';
import { StartView } from './views/start/start-view.tsx';

/** The studio: one place at a time, messages and uploads above all of them. */
export function App() {
  const place = usePlace();
  const where = 'film' in place ? 'film' : place.view;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place has another beginning.
  useEffect(() => {
    // Whoever changes the place by keyboard goes on from its beginning.
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [where]);
  return (
    <>
      <button type="button" className="skip" onClick={skipToMain}>
        To the content
      </button>
      {place.view === 'start' && <StartView />}
      {place.view === 'library' && <LibraryView />}
      {place.view === 'fleet' && <FleetView />}
      {where === 'film' && 'film' in place && <FilmSpace key={place.film} place={place} />}
      <UploadTray />
      <Toasts />
    </>
  );
}

function skipToMain(): void {
  document.getElementById('main')?.focus();
}
