-- GPU memory (MiB) that is free on a runner's devices while nothing of it is there, by their names, as it said last; null where it holds what it offered.
alter table runner add column free_mib json;
drop trigger runner_held on runner;
create trigger runner_held after update of held, held_on, free_mib on runner for each row
  when ((old.held::text, old.held_on::text, old.free_mib::text) is distinct from (new.held::text, new.held_on::text, new.free_mib::text))
  execute function post_runner();
