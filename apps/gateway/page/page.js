const byId = (id) => document.getElementById(id);
const stages = ['read', 'speak', 'prepare', 'picture', 'sound', 'finish'];
const stageNames = { read: 'Read', speak: 'Speak', prepare: 'Prepare', picture: 'Picture', sound: 'Sound', finish: 'Finish' };
const stateNames = { planning: 'Waiting', running: 'Being made', succeeded: 'Finished', failed: 'Failed', cancelled: 'Cancelled' };
const mostTaskRows = 300;
const sampleFilm = {
  title: 'My first film',
  storyboard: [
    {
      narration: 'Every film begins with one sentence.',
      visual: { backdrop: 'halo' },
      text: { text: 'One sentence', style: 'title' },
    },
    { narration: 'The second one makes it a story.', visual: { backdrop: 'waves' }, transition: 'dissolve' },
  ],
};

let shownId = null;
let events = null;
let tasksTimer = 0;
let reportOf = null;
let oldestPage = null;
const builds = new Map();

/** Makes an element; text is always text, never markup. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Calls the API; throws the problem that it answers with. */
async function call(path, options = {}) {
  const response = await fetch(path, options);
  const body = await response.json().catch(() => null);
  if (!response.ok) throw body ?? { title: 'The program did not answer', detail: `${path}: ${response.status}` };
  return body;
}

const hasEnded = (build) => build.state === 'succeeded' || build.state === 'failed' || build.state === 'cancelled';

function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function bytes(count) {
  if (count < 1e4) return `${count} bytes`;
  if (count < 1e6) return `${(count / 1e3).toFixed(0)} kB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(2)} GB`;
}

/* The list of films. */

function showList() {
  const rows = [...builds.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)).map(listRow);
  byId('film-list').replaceChildren(...rows);
  byId('no-films').hidden = rows.length > 0;
}

function listRow(build) {
  const state = build.state === 'running' ? `${Math.round(build.progress.percent)} %` : stateNames[build.state];
  const when = new Date(build.createdAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  const purpose = build.purpose === 'make' ? '' : build.purpose === 'check' ? ', check' : ', one frame';
  const link = element(
    'a',
    { href: `#/films/${build.id}`, 'aria-current': build.id === shownId ? 'page' : null },
    element('span', { class: 'name' }, build.title),
    element('span', { class: 'state', 'data-state': build.state }, state),
    element('span', { class: 'when' }, when + purpose),
  );
  return element('li', {}, link);
}

async function loadList(before) {
  try {
    const page = await call(`/v1/builds?limit=50${before ? `&before=${before}` : ''}`);
    for (const build of page.builds) builds.set(build.id, build);
    if (before || oldestPage === null) {
      oldestPage = page.next;
      byId('more').hidden = page.next === null;
    }
    byId('connection').textContent = '';
    showList();
  } catch (problem) {
    byId('connection').textContent = problem.status === 401 ? 'Open this page again with its token.' : 'The program does not answer.';
  }
}

/* One film. */

function openFilm(id) {
  closeFilm();
  shownId = id;
  reportOf = null;
  for (const part of ['problem', 'result', 'report']) byId(part).hidden = true;
  byId('task-list').replaceChildren();
  byId('task-count').textContent = '';
  const known = builds.get(id);
  if (known) showFilm(known);
  events = new EventSource(`/v1/builds/${id}/events`);
  events.addEventListener('build', (event) => {
    byId('connection').textContent = '';
    const build = JSON.parse(event.data);
    builds.set(build.id, build);
    showFilm(build);
    showList();
    if (hasEnded(build)) events?.close();
  });
  events.addEventListener('error', () => {
    if (shownId !== id) return;
    if (events?.readyState === EventSource.CLOSED && !builds.has(id))
      showProblem({ title: 'There is no such film', detail: `No film has the id ${id}.` });
    else if (!hasEnded(builds.get(id) ?? {})) byId('connection').textContent = 'Connection lost, trying again…';
  });
  loadTasks();
}

function closeFilm() {
  events?.close();
  events = null;
  shownId = null;
  clearTimeout(tasksTimer);
}

function showFilm(build) {
  if (build.id !== shownId) return;
  document.title = hasEnded(build) ? `${build.title} – Filmwright` : `${Math.round(build.progress.percent)} % ${build.title} – Filmwright`;
  byId('film-title').textContent = build.title;
  byId('film-state').textContent = stateNames[build.state];
  byId('film-state').dataset.state = build.state;
  const took = build.endedAt ? `, took ${duration(Date.parse(build.endedAt) - Date.parse(build.createdAt))}` : '';
  byId('film-made').textContent = `Ordered ${new Date(build.createdAt).toLocaleString()}${took}`;
  showProgress(build);
  showProblem(build.problem);
  if (build.result) showResult(build);
}

function showProgress({ progress, state }) {
  const ended = state === 'succeeded' || state === 'failed' || state === 'cancelled';
  byId('progress').hidden = ended;
  if (ended) return;
  const at = stages.indexOf(progress.stage);
  const steps = stages.map((stage, index) =>
    element('li', { class: index < at ? 'past' : null, 'aria-current': index === at ? 'step' : null }, stageNames[stage]),
  );
  byId('stages').replaceChildren(...steps);
  const percent = Math.round(progress.percent);
  byId('bar').setAttribute('aria-valuenow', String(percent));
  byId('bar-done').style.width = `${progress.percent}%`;
  byId('percent').textContent = `${percent} %`;
  byId('shot').textContent = progress.shot === null ? '' : `shot ${progress.shot + 1}`;
  byId('left').textContent = progress.leftMs === null ? '' : `about ${duration(progress.leftMs)} left`;
  byId('counts').textContent = `${progress.tasks.done} of ${progress.tasks.total} tasks`;
  const said = `${stageNames[progress.stage]}, ${Math.floor(percent / 10) * 10} percent`;
  if (byId('said').textContent !== said) byId('said').textContent = said;
}

function showProblem(problem) {
  const box = byId('problem');
  box.hidden = !problem;
  if (problem) box.replaceChildren(...problemParts(problem));
}

function problemParts(problem) {
  const issues = (problem.issues ?? []).slice(0, 50).map((issue) => {
    const next = issue.next ? ` ${issue.next}` : '';
    const named = issue.path === '' || issue.message.startsWith(issue.path);
    return element('li', {}, named ? null : element('code', {}, issue.path), ` ${issue.message}${next}`);
  });
  const heading = element('h2', {}, problem.title);
  return issues.length > 0 ? [heading, element('ul', {}, ...issues)] : [heading, element('p', {}, problem.detail)];
}

function showResult(build) {
  if (reportOf === build.id) return;
  reportOf = build.id;
  const { result } = build;
  const media = (name) => `/v1/builds/${build.id}/media/${name}`;
  const parts = [];
  if (result.master) {
    const track = result.vtt ? element('track', { kind: 'captions', src: media('captions.vtt'), label: 'Captions' }) : null;
    const src = media('master.mp4');
    const video = element('video', { controls: true, preload: 'metadata', playsinline: true, src, 'aria-label': build.title }, track);
    const size = result.report?.master;
    if (size) video.style.aspectRatio = `${size.width} / ${size.height}`;
    parts.push(video);
  }
  if (result.frame) parts.push(element('img', { class: 'frame', src: media('frame.png'), alt: `A frame of ${build.title}` }));
  const downloads = [
    ['master.mp4', result.master, 'Film'],
    ['frame.png', result.frame, 'Frame'],
    ['captions.vtt', result.vtt, 'WebVTT captions'],
    ['captions.srt', result.srt, 'SRT captions'],
    ['report.json', result.report && {}, 'Report'],
  ].filter(([, asset]) => asset);
  const links = downloads.map(([name, asset, label]) =>
    element(
      'a',
      { class: 'button', href: `${media(name)}?download`, download: true },
      asset.bytes ? `${label}, ${bytes(asset.bytes)}` : label,
    ),
  );
  if (links.length > 0) parts.push(element('div', { class: 'row' }, ...links));
  if (result.issues.length > 0) {
    const list = problemParts({ title: 'Notes on this film', issues: result.issues });
    parts.push(element('div', { class: 'card' }, ...list));
  }
  byId('result').replaceChildren(...parts);
  byId('result').hidden = parts.length === 0;
  showReport(result.report);
}

function showReport(report) {
  byId('report').hidden = !report;
  if (!report) return;
  const { master, loudness, captions, ssim, tasks } = report;
  const facts = [
    ['Length', `${duration(report.durationMs)}, ${report.frames} frames`],
    ['Picture', `${master.width} × ${master.height}, ${master.fps} fps`],
    ['Tasks', `${tasks.run} run, ${tasks.reused} reused`],
    loudness && ['Loudness', `${loudness.integratedLufs.toFixed(1)} LUFS, peak ${loudness.truePeakDb.toFixed(1)} dB`],
    captions && ['Captions', `95 % within ${Math.round(captions.p95Ms)} ms`],
    ssim && ['Likeness (SSIM)', `${ssim.mean.toFixed(4)}, worst ${ssim.worst.toFixed(4)}`],
    ['Black, repeated frames', `${report.blackFrames.length}, ${report.repeatedFrames.length}`],
    ...report.credits.map((credit) => [`${credit.role[0].toUpperCase()}${credit.role.slice(1)}`, `${credit.name} (${credit.licence})`]),
  ].filter(Boolean);
  const list = element(
    'dl',
    { class: 'facts' },
    ...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
  byId('report').replaceChildren(element('div', { class: 'card' }, element('h2', {}, 'Report'), list));
}

/* Its tasks: read every two seconds while they are looked at. */

async function loadTasks() {
  clearTimeout(tasksTimer);
  const id = shownId;
  if (id === null || !byId('tasks').open) return;
  try {
    const { tasks } = await call(`/v1/builds/${id}/tasks`);
    if (id === shownId) showTasks(tasks);
  } catch {
    byId('task-count').textContent = '(not to be had now)';
  }
  const build = builds.get(id);
  if (id === shownId && !(build && hasEnded(build))) tasksTimer = setTimeout(loadTasks, 2000);
}

function showTasks(tasks) {
  const rank = { leased: 0, failed: 1, waiting: 2, foreseen: 3, done: 4 };
  const words = { leased: 'running', failed: 'failed', waiting: 'ready', foreseen: 'planned', done: 'done' };
  const rows = tasks
    .map((task, index) => ({ task, index }))
    .sort((a, b) => rank[a.task.state] - rank[b.task.state] || a.index - b.index)
    .slice(0, mostTaskRows);
  const cells = rows.map(({ task }) =>
    element(
      'tr',
      {},
      element('td', {}, task.address),
      element('td', {}, task.kind),
      element('td', {}, task.reused ? 'reused' : words[task.state]),
      element('td', { class: 'number' }, `${(task.estimateMs / 1000).toFixed(1)} s`),
    ),
  );
  const heads = ['Task', 'Kind', 'State'].map((name) => element('th', { scope: 'col' }, name));
  const head = element('thead', {}, element('tr', {}, ...heads, element('th', { scope: 'col', class: 'number' }, 'Estimate')));
  byId('task-list').replaceChildren(element('table', {}, head, element('tbody', {}, ...cells)));
  byId('task-count').textContent = rows.length < tasks.length ? `(${tasks.length}, first ${rows.length} shown)` : `(${tasks.length})`;
}

/* A new film. */

async function makeFilm(event) {
  event.preventDefault();
  const box = byId('form-problem');
  box.replaceChildren();
  const text = byId('document').value;
  try {
    const build = await call('/v1/builds', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify({ document: JSON.parse(text) }),
    });
    builds.set(build.id, build);
    showList();
    location.hash = `#/films/${build.id}`;
  } catch (error) {
    const problem = error instanceof SyntaxError ? { title: 'This is not JSON', detail: error.message } : error;
    const shown = {
      title: problem.title ?? 'The program does not answer',
      detail: problem.detail ?? String(problem),
      issues: problem.issues,
    };
    box.replaceChildren(element('div', { class: 'card problem' }, ...problemParts(shown)));
  }
}

async function cancelFilm() {
  const button = byId('cancel');
  button.disabled = true;
  try {
    const build = await call(`/v1/builds/${shownId}/cancel`, { method: 'POST' });
    builds.set(build.id, build);
    showFilm(build);
    showList();
  } catch (problem) {
    if (problem.code !== 'build-finished') showProblem(problem);
  }
  button.disabled = false;
}

function route() {
  const film = /^#\/films\/([0-9a-f-]{36})$/.exec(location.hash)?.[1] ?? null;
  const isNew = location.hash === '#/new';
  document.body.dataset.view = film ? 'film' : isNew ? 'new' : 'list';
  byId('film').hidden = film === null;
  byId('new-film').hidden = !isNew;
  byId('welcome').hidden = film !== null || isNew;
  if (film) openFilm(film);
  else closeFilm();
  if (!film) document.title = 'Filmwright';
  showList();
  if (film || isNew) byId('content').focus({ preventScroll: true });
}

if (!('locked' in document.body.dataset)) {
  byId('document').value = JSON.stringify(sampleFilm, null, 2);
  byId('film-form').addEventListener('submit', makeFilm);
  byId('cancel').addEventListener('click', cancelFilm);
  byId('more').addEventListener('click', () => loadList(oldestPage));
  byId('tasks').addEventListener('toggle', loadTasks);
  addEventListener('hashchange', route);
  await loadList();
  route();
  setInterval(() => document.hidden || loadList(), 5000);
}
