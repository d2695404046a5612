-- The runner that had a task when a person took it off: it goes to another where there is one.
alter table task add column left_on text;
