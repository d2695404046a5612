-- Assets that tasks which wait or run were handed back with, which no other row names.
create index task_checkpoint on task ((resume->>'checkpointAsset')) where resume->>'checkpointAsset' is not null;
