/** Begins every token of a workspace, so that it is told from other tokens. */
export const workspaceTokenPrefix = 'fww1.';
