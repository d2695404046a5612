import type pg from 'pg';

/** A table as it is carried from one database to another; `key` are the columns of its primary key, `needs` the tables that it refers to. */
export type TableShape = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly needs: readonly string[];
};

/**
 * The tables of the records with those that others refer to first; `migration` is not among them. Columns that the database computes are left out, and
 * so are numbers of its transactions (xid8): those of another database mean nothing.
 */
export async function tableShapes(client: pg.ClientBase): Promise<readonly TableShape[]> {
  const { rows } = await client.query<TableShape>(
    `select c.relname::text as name,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
         and a.atttypid <> 'xid8'::regtype order by a.attnum) as columns,
       array(select a.attname::text from pg_index i join lateral unnest(i.indkey::int[]) with ordinality as k(attnum, ordinal) on true
         join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum where i.indrelid = c.oid and i.indisprimary order by k.ordinal) as key,
       array(select distinct r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
         where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid order by 1) as needs
     from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> 'migration' and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
     order by c.relname`,
  );
  return inOrder(rows);
}

/** Sequences of the records by name. */
export async function sequenceNames(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname::text as name from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'S' order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** A name as SQL takes it, whatever characters it has. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function inOrder(shapes: readonly TableShape[]): readonly TableShape[] {
  const placed = new Map<string, TableShape>();
  while (placed.size < shapes.length) {
    const next = shapes.filter(({ name, needs }) => !placed.has(name) && needs.every((needed) => placed.has(needed)));
    if (next.length === 0) throw new Error('tables refer to each other in a circle');
    for (const shape of next) placed.set(shape.name, shape);
  }
  return [...placed.values()];
}
