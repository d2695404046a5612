-- What there is to see of a build's shots by now.
create table build_shots (
  workspace_id uuid not null references workspace,
  build_id uuid primary key references build on delete cascade,
  body json not null
);
