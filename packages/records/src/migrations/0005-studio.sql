-- A film is what its newest version says; `version` 0 means that nothing of it was saved, only looked at.
alter table film
  add column version int not null default 0,
  add column aspect text not null default '16:9',
  add column shots int not null default 0,
  add column changed_at timestamptz not null default now();

-- A version without a number was never saved: a build of a bare document that only looked at it brought it.
-- `begun_at`: the first of the saves that became this version. `superseded_at`: since when a later save of the same tab stands for it in the list.
alter table film_version
  add column number int,
  add column session text,
  add column note text,
  add column restored int,
  add column changes json not null default '[]',
  add column assets text[] not null default '{}',
  add column begun_at timestamptz not null default now(),
  add column superseded_at timestamptz;

-- Two films may hold the same document, and a film may come back to an earlier one.
alter table film_version drop constraint film_version_workspace_id_digest_key;
create index film_version_digest on film_version (workspace_id, digest);
create unique index film_version_number on film_version (film_id, number) where number is not null;
create index film_version_assets on film_version using gin (assets);
create index film_list on film (workspace_id, changed_at desc, id desc) where version > 0;
create index build_film on build (film_id, id desc);
create index build_version on build (film_version_id);

update film_version set begun_at = created_at;
update film_version v set number = n.number from (
  select id, row_number() over (partition by film_id order by created_at, id) as number from film_version v
  where exists (select from build b where b.film_version_id = v.id and b.purpose = 'make')
) n where v.id = n.id;
update film f set version = n.number, changed_at = n.saved_at from (
  select film_id, max(number) as number, max(created_at) as saved_at from film_version where number is not null group by film_id
) n where f.id = n.film_id;
-- Files by themselves: whatever cannot be read of a document, its assets are kept.
update film_version set assets = array(select distinct value from json_each_text(files)) where files::text not like '%\\u0000%';
-- Documents may hold characters that text cannot (U+0000): those are read when they are next saved.
do $$
declare v record;
begin
  for v in select * from film_version loop
    begin
      update film set
        aspect = coalesce(v.document->'format'->>'aspect', '16:9'),
        shots = case when json_typeof(v.document->'storyboard') = 'array' then json_array_length(v.document->'storyboard') else 0 end
      where id = v.film_id and version = v.number;
    exception when untranslatable_character then null;
    end;
  end loop;
end $$;

create table library_item (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  kind text not null,
  name text not null,
  tags text[] not null,
  body json not null,
  files json not null,
  assets text[] not null,
  version int not null default 1,
  -- Name and tags in small letters: what is searched.
  words text not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create index library_list on library_item (workspace_id, changed_at desc, id desc);
create index library_assets on library_item using gin (assets);
-- Where it may be had, pg_trgm makes searching within words quick and forgives a slip.
do $$
begin
  create extension if not exists pg_trgm;
  create index library_words on library_item using gin (words gin_trgm_ops);
exception when others then
  raise notice 'pg_trgm is not there: the library is searched without it';
end $$;

-- Assets that films and the library name, which the sweep of unreferenced assets must leave.
create view kept_asset as
  select workspace_id, unnest(assets) as digest from film_version where superseded_at is null
  union
  select workspace_id, unnest(assets) from library_item;
