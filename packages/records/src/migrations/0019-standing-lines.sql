-- What the waiting tasks of a large build wait for, summed up: whoever looks at it need not read where each of them stands.
alter table standing add column lines json;
