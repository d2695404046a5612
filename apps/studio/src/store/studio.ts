import { type Api, createApi } from '../api/api.ts';
import { type Place, placeOfHash } from '../model/place.ts';
import { askCore } from '../worker/ask-core.ts';
import { createStore, type Store, useStore } from './create-store.ts';
import { type DraftFiles, holdTab, openDraftFiles, tabsAlive } from './draft-files.ts';
import type { FilmTools } from './film-store.ts';
import { openKeptUploads } from './kept-uploads.ts';
import { createReadablePictures, type ReadablePictures } from './readable-pictures.ts';
import { createUploads, type Uploads } from './uploads.ts';

/** What all views share. */
export type Studio = {
  readonly api: Api;
  readonly drafts: DraftFiles;
  readonly uploads: Uploads;
  readonly readable: ReadablePictures;
  /** Names this tab where it saves. */
  readonly session: string;
  readonly place: Store<Place>;
  readonly filmTools: FilmTools;
};

let made: Studio | null = null;

/** The studio of this page. */
export function studio(): Studio {
  made ??= openStudio();
  return made;
}

function openStudio(): Studio {
  const api = createApi(location.origin);
  const session = crypto.randomUUID();
  const drafts = openDraftFiles();
  holdTab(session);
  const place = createStore(placeOfHash(location.hash));
  addEventListener('hashchange', () => place.set(placeOfHash(location.hash)));
  const check: FilmTools['check'] = (document) => askCore('check', { document });
  const uploads = createUploads({ kept: openKeptUploads(session), session });
  return {
    api,
    drafts,
    session,
    place,
    uploads,
    readable: createReadablePictures(api),
    filmTools: { api, drafts, session, alive: tabsAlive, check },
  };
}

/** Where the studio is. */
export function usePlace(): Place {
  return useStore(studio().place, (place) => place);
}
