-- When somebody last asked whether the asset is there: whoever heard that it is has time to name it before it is swept.
alter table asset add column seen_at timestamptz not null default now();
update asset set seen_at = created_at;
-- Bytes are shared by workspaces: they go when no row of any names them.
create index asset_digest on asset (digest);
