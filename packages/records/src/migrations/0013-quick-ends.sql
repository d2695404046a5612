-- As for tasks: workspaces are never removed, and each finished task brings assets.
alter table asset drop constraint asset_workspace_id_fkey;
