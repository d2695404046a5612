-- Where a runner's engines hold models, as it said last: `[{"device": "GPU-...", "models": ["model a@1"]}]`, its machine's memory as null; null where it does not say.
alter table runner add column held_on json;
drop trigger runner_held on runner;
create trigger runner_held after update of held, held_on on runner for each row
  when ((old.held::text, old.held_on::text) is distinct from (new.held::text, new.held_on::text))
  execute function post_runner();
