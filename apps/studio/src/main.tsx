import './no-eval.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/start.css';
import './styles/storyboard.css';
import './styles/panel.css';
import './styles/film.css';
import './styles/shot.css';
import './styles/library.css';
import './styles/uploads.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { applyTheme } from './parts/theme-switch.tsx';

applyTheme();
const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App />);
