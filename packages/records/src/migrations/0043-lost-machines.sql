-- What the runner of a machine told last that it still fetches, and what that runner was called: a machine that its service takes away and brings again under its id joins
-- under another name. And how often in a row it was lost so while it fetched.
alter table pool_machine add column told_by text, add column bringing json, add column losses integer not null default 0;
