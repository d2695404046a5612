-- Models that whoever grants wants unloaded from the devices of an attempt before it starts, a name a line; null where there is no GPU.
alter table attempt add column unload text;
