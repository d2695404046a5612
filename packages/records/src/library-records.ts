import type { LibraryItem, LibraryKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import type { LibraryContent, LibraryStore } from './film-store.ts';
import { storable } from './film-versions.ts';
import { uuidv7 } from './uuidv7.ts';

type ItemRow = {
  id: string;
  kind: LibraryKind;
  name: string;
  tags: string[];
  body: unknown;
  files: Readonly<Record<string, string>>;
  version: number;
  created_at: Date;
  changed_at: Date;
};

/** Things kept for many films (SPEC.md, V). */
export function libraryRecords({ rows, transaction }: Database): LibraryStore {
  let forgiving: Promise<boolean> | null = null;
  /** Whether the extension is there that finds what is nearly the same. */
  const hasTrigrams = (): Promise<boolean> => {
    forgiving ??= rows(`select from pg_extension where extname = 'pg_trgm'`)
      .then((found) => found.length > 0)
      .catch((error: unknown) => {
        forgiving = null;
        throw error;
      });
    return forgiving;
  };
  return {
    addToLibrary({ workspaceId, ...item }) {
      // The id is drawn first, so that a commit whose answer was lost is not made twice.
      const id = uuidv7();
      return transaction(async (client) => {
        await client.query(
          `insert into library_item (id, workspace_id, kind, name, tags, body, files, assets, words) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (id) do nothing`,
          [id, workspaceId, ...columnsOf(item)],
        );
        const { rows: made } = await client.query<ItemRow>('select * from library_item where id = $1', [id]);
        if (made[0] === undefined) throw new Error('the item was not stored');
        return itemOf(made[0]);
      });
    },
    changeInLibrary: ({ workspaceId, id, from, ...item }) =>
      transaction(async (client, tries) => {
        const { rows: known } = await client.query<ItemRow>('select * from library_item where id = $1 and workspace_id = $2 for update', [
          id,
          workspaceId,
        ]);
        if (known[0] === undefined) return null;
        // Tried again since the answer to the commit was lost, it is changed already.
        if (tries > 0 && known[0].version === from + 1) return { item: itemOf(known[0]) };
        if (known[0].version !== from)
          return { conflict: { version: known[0].version, savedAt: known[0].changed_at.toISOString(), session: null } };
        const { rows: changed } = await client.query<ItemRow>(
          `update library_item set kind = $2, name = $3, tags = $4, body = $5, files = $6, assets = $7, words = $8, version = version + 1, changed_at = now()
           where id = $1 returning *`,
          [id, ...columnsOf(item)],
        );
        return { item: itemOf(changed[0] ?? known[0]) };
      }),
    async listLibrary({ workspaceId, limit, kinds, search, after }) {
      const words = storable(search)
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== '');
      const nearly = words.length > 0 && (await hasTrigrams()) ? 'or word_similarity($6, words) > 0.5' : 'or $6::text is null';
      const found = await rows<ItemRow>(
        `select * from library_item where workspace_id = $1 and (cardinality($2::text[]) = 0 or kind = any($2))
         and (words like all($3::text[]) ${nearly})
         and ($4::uuid is null or (changed_at, id) < (select changed_at, id from library_item where workspace_id = $1 and id = $4))
         order by changed_at desc, id desc limit $5`,
        [workspaceId, kinds, words.map(pattern), after ?? null, limit, words.join(' ')],
      );
      return found.map(itemOf);
    },
    async removeFromLibrary({ workspaceId, id }) {
      const gone = await rows('delete from library_item where id = $1 and workspace_id = $2 returning id', [id, workspaceId]);
      return gone.length > 0;
    },
  };
}

function columnsOf({ kind, name, tags, body, files }: LibraryContent): readonly unknown[] {
  const [shownName, shownTags] = [storable(name), tags.map(storable)];
  const words = [shownName, ...shownTags].join(' ').toLowerCase();
  return [
    ...[kind, shownName, shownTags, JSON.stringify(body) ?? 'null', JSON.stringify(files)],
    ...[[...new Set(Object.values(files))], words],
  ];
}

/** What contains a word; its own wildcards are plain characters. */
function pattern(word: string): string {
  return `%${word.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
}

function itemOf(row: ItemRow): LibraryItem {
  const { id, kind, name, tags, body, files, version, created_at, changed_at } = row;
  return { id, kind, name, tags, body, files, version, createdAt: created_at.toISOString(), changedAt: changed_at.toISOString() };
}
