import type { FilmDetail, FilmDocument, Issue, Problem } from '@filmwright/contracts';
import { type Api, problemOf } from '../api/api.ts';
import { type Draft, judgeDrafts, sameContent } from '../model/draft.ts';
import { withShotIds } from '../model/edit-film.ts';
import { addStep, type History, redo, startHistory, stepNames, undo } from '../model/history.ts';
import { type Content, contentOf, retryAfterMs, type SaveState, saveReducer, startSaving } from '../model/save-state.ts';
import { createStore, type Store } from './create-store.ts';
import type { DraftFiles } from './draft-files.ts';

/** A film on the screen: its content with every step to it, how saving stands, and its problems as `check` finds them. */
export type FilmState = {
  readonly id: string;
  readonly history: History<Content>;
  readonly save: SaveState;
  readonly issues: readonly Issue[];
  /** Told once to people who cannot see it: what was undone, what somebody else saved. */
  readonly said: string;
};

export type FilmEditing = {
  readonly store: Store<FilmState>;
  /** What is on the screen now. */
  content(): Content;
  /** `change` gets the document as it is now; `merge` names edits that are undone together while they follow each other. */
  edit(edit: FilmEdit): void;
  undo(): void;
  redo(): void;
  /** Resolves with the version that holds everything up to now; throws what keeps it from being saved. */
  saveNow(): Promise<number>;
  /** Saves mine as a version of its own first, so that it can be brought back; throws what keeps it from being saved. */
  takeTheirs(): Promise<void>;
  keepMine(): void;
  /** Another version's content on top, as a step that can be undone. */
  replace(content: Content, label: string): void;
  /** The film was changed elsewhere, or there is a connection again. */
  lookAgain(): Promise<void>;
  close(): void;
};
export type FilmEdit = {
  readonly label: string;
  readonly merge?: string;
  readonly change: (document: FilmDocument) => FilmDocument;
  readonly files?: Readonly<Record<string, string>>;
};

export type FilmTools = {
  readonly api: Pick<Api, 'saveFilm' | 'getFilm'>;
  readonly drafts: DraftFiles;
  readonly session: string;
  readonly alive: () => Promise<ReadonlySet<string>>;
  readonly check: (document: FilmDocument) => Promise<readonly Issue[]>;
};

const saveAfterMs = 700;
const keepAfterMs = 250;
const checkAfterMs = 200;

/** Opens a film as the server has it, with what a closed tab left unsaved. */
export async function openFilm(film: FilmDetail, tools: FilmTools): Promise<FilmEditing> {
  const [drafts, alive] = await Promise.all([tools.drafts.read(film.id), tools.alive()]);
  const verdict = judgeDrafts(drafts, { film, alive });
  const stored = contentOf(film);
  const named = { ...stored, document: withShotIds(stored.document) };
  const first: Content = named.document === stored.document ? stored : named;
  const state: FilmState = {
    id: film.id,
    history: startHistory(first),
    save: startSaving(film.version, first),
    issues: film.issues,
    said: '',
  };
  if (verdict.kind === 'stale') void tools.drafts.drop(film.id, verdict.draft.session);
  const editing = startEditing(state, { tools, left: verdict.kind === 'resume' || verdict.kind === 'conflict' ? verdict.draft : null });
  if (verdict.kind === 'resume' || verdict.kind === 'conflict') editing.takeDraft(verdict.draft, verdict.kind === 'conflict' ? film : null);
  return editing;
}

type Opened = FilmEditing & { takeDraft(draft: Draft, theirs: FilmDetail | null): void };

function startEditing(first: FilmState, { tools, left }: { readonly tools: FilmTools; readonly left: Draft | null }): Opened {
  const store = createStore(first);
  const timers = { save: 0, keep: 0, check: 0 };
  let orphan = left;
  let sending: Promise<void> | null = null;
  /** What was sent without an answer: it may have been saved all the same. */
  let unanswered: readonly Content[] = [];
  let closed = false;
  const content = (): Content => store.get().history.now.content;
  const send = (event: Parameters<typeof saveReducer>[1]): void =>
    store.set((state) => ({ ...state, save: saveReducer(state.save, event) }));
  const after = (name: keyof typeof timers, ms: number, act: () => void): void => {
    clearTimeout(timers[name]);
    if (!closed) timers[name] = setTimeout(act, ms) as unknown as number;
  };

  const keepDraft = async (): Promise<void> => {
    const { save, id } = store.get();
    if (content() === save.stored && save.theirs === null) {
      await tools.drafts.drop(id, tools.session);
      if (orphan !== null) await tools.drafts.drop(id, orphan.session);
      orphan = null;
    } else
      await tools.drafts.keep({ film: id, session: tools.session, base: save.base, content: content(), keptAt: new Date().toISOString() });
  };
  const check = async (): Promise<void> => {
    const { document } = content();
    const issues = await tools.check(document).catch(() => null);
    if (issues !== null && content().document === document) store.set((state) => ({ ...state, issues }));
  };
  const schedule = (): void => {
    after('keep', keepAfterMs, () => void keepDraft());
    after('check', checkAfterMs, () => void check());
    after('save', saveAfterMs, () => void saveOnce());
  };

  const saveOnce = async (): Promise<void> => {
    if (sending !== null) return sending;
    const { save, id } = store.get();
    const wanted = content();
    if (save.theirs !== null || wanted === save.stored) return;
    send({ type: 'send', content: wanted });
    sending = (async () => {
      try {
        const saved = await tools.api.saveFilm({
          id,
          from: save.base,
          document: wanted.document,
          files: { ...wanted.files },
          session: tools.session,
        });
        send({ type: 'stored', version: saved.version });
        unanswered = [];
        await keepDraft();
      } catch (error) {
        await refused(error, wanted);
      }
    })();
    await sending;
    sending = null;
    const now = store.get().save;
    if (now.failure?.kind === 'offline') after('save', retryAfterMs(now.failure.tries), () => void saveOnce());
    else if (content() !== now.stored && now.failure === null && now.theirs === null) after('save', 0, () => void saveOnce());
  };
  const refused = async (error: unknown, sent: Content): Promise<void> => {
    const problem = problemOf(error);
    if (problem.code === 'version-conflict') {
      try {
        const theirs = await tools.api.getFilm(store.get().id);
        const own = [sent, ...unanswered].find((each) => sameContent(contentOf(theirs), each));
        if (own !== undefined) send({ type: 'adopt', version: theirs.version, content: own });
        else if (sameContent(contentOf(theirs), content())) send({ type: 'adopt', version: theirs.version, content: content() });
        else send({ type: 'conflict', theirs });
        unanswered = [];
      } catch {
        send({ type: 'offline' });
      }
    } else if (problem.retryable || problem.code === 'unavailable') {
      unanswered = [...unanswered.slice(-4), sent];
      send({ type: 'offline' });
    } else send({ type: 'refused', problem });
    await keepDraft();
  };

  const step = (next: (history: History<Content>) => History<Content>, said = ''): void => {
    const before = store.get().history;
    const history = next(before);
    if (history === before) return;
    store.set((state) => ({ ...state, history, said: said === '' ? state.said : said }));
    schedule();
  };
  const adopt = (film: FilmDetail, said: string): void => {
    const taken = contentOf(film);
    store.set((state) => ({
      ...state,
      said,
      history: addStep(state.history, { content: taken, label: 'changes made elsewhere', atMs: Date.now() }),
      save: saveReducer(state.save, { type: 'adopt', version: film.version, content: taken }),
    }));
    after('check', 0, () => void check());
    void keepDraft();
  };
  const leaving = (): void => void keepDraft();
  addEventListener('pagehide', leaving);
  addEventListener('online', leaving);

  return {
    store,
    content,
    edit: ({ label, merge = '', change, files }) =>
      step((history) => {
        const { document, files: known } = history.now.content;
        const changed = change(document);
        if (changed === document && files === undefined) return history;
        const next = { document: changed, files: files === undefined ? known : { ...known, ...files } };
        return addStep(history, { content: next, label, merge, atMs: Date.now() });
      }),
    undo: () => step(undo, `Undone: ${stepNames(store.get().history).undo ?? ''}`),
    redo: () => step(redo, `Done again: ${stepNames(store.get().history).redo ?? ''}`),
    replace: (next, label) => step((history) => addStep(history, { content: next, label, atMs: Date.now() })),
    async saveNow() {
      clearTimeout(timers.save);
      while (content() !== store.get().save.stored) {
        await saveOnce();
        const { failure, theirs } = store.get().save;
        if (failure !== null || theirs !== null) throw savingProblem(failure, theirs);
      }
      return store.get().save.base;
    },
    async takeTheirs() {
      const { save, id } = store.get();
      const { theirs } = save;
      if (theirs === null) return;
      const { document, files } = content();
      const { session } = tools;
      try {
        const note = `Set aside for version ${theirs.version}`;
        const aside = await tools.api.saveFilm({ id, from: theirs.version, document, files: { ...files }, session, note });
        adopt(
          await tools.api.saveFilm({ id, from: aside.version, restored: theirs.version, session }),
          'The other version is here now; undo brings yours back.',
        );
      } catch (error) {
        if (problemOf(error).code === 'version-conflict') await refused(error, content());
        throw error;
      }
    },
    keepMine() {
      send({ type: 'keep-mine' });
      schedule();
      void saveOnce();
    },
    async lookAgain() {
      const { save, id } = store.get();
      if (save.failure?.kind === 'offline') return void saveOnce();
      if (save.theirs !== null || sending !== null) return;
      const film = await tools.api.getFilm(id).catch(() => null);
      const now = store.get().save;
      if (film === null || film.version <= now.base || sending !== null) return;
      if (content() === now.stored) adopt(film, 'Changed in another tab; its changes are shown.');
      else send({ type: 'conflict', theirs: film });
    },
    takeDraft(draft, theirs) {
      step(
        (history) => addStep(history, { content: draft.content, label: 'edits of a closed tab', atMs: Date.now() }),
        'Edits that were not saved yet are here again.',
      );
      if (theirs !== null) send({ type: 'conflict', theirs });
    },
    close() {
      closed = true;
      for (const timer of Object.values(timers)) clearTimeout(timer);
      removeEventListener('pagehide', leaving);
      removeEventListener('online', leaving);
      if (content() !== store.get().save.stored) void keepDraft().then(saveOnce);
    },
  };
}

function savingProblem(failure: SaveState['failure'], theirs: FilmDetail | null): Error & { problem?: Problem } {
  if (theirs !== null) return new Error('Somebody else saved this film meanwhile. Choose which version goes on, then try again.');
  if (failure?.kind === 'refused') return Object.assign(new Error(failure.problem.detail), { problem: failure.problem });
  return new Error('The program does not answer, so the film could not be saved. Your edits are kept in this browser.');
}
