-- Under which number builds are driven: what was planned under an earlier one is not stored.
alter table leadership add column drive bigint not null default 0;
