import type { ReactNode } from 'react';
import { IconButton } from '../../parts/icon-button.tsx';
import { type PanelName, useFilm } from '../film-context.ts';
import { ProblemsPanel } from './problems-panel.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { ShotPanel } from './shot-panel.tsx';
import { VersionsPanel } from './versions-panel.tsx';

const titles: Readonly<Record<PanelName, string>> = { shot: 'Shot', settings: 'Film settings', versions: 'Versions', problems: 'Problems' };

/** The panel beside the storyboard; on a phone it lies over it. */
export function SidePanel() {
  const { panel, openPanel, selected } = useFilm();
  if (panel === null) return null;
  const bodies: Readonly<Record<PanelName, () => ReactNode>> = {
    shot: () => <ShotPanel key={selected} />,
    settings: () => <SettingsPanel />,
    versions: () => <VersionsPanel />,
    problems: () => <ProblemsPanel />,
  };
  return (
    <aside className="side" aria-label={titles[panel]}>
      <div className="side-head">
        <h2>{panel === 'shot' ? `Shot ${selected + 1}` : titles[panel]}</h2>
        <IconButton icon="close" label="Close the panel" onClick={() => openPanel(null)} />
      </div>
      <div className="side-body">{bodies[panel]()}</div>
    </aside>
  );
}
