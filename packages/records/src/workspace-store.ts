/** What a workspace is owed beside others, how many of its tasks may run at once (null: as many as there is room for), and credits per second of a GPU and of a slot. */
export type WorkspaceTerms = {
  readonly weight: number;
  readonly cap: number | null;
  readonly gpuRate: number;
  readonly slotRate: number;
};

/** A token as it is listed; the secret is known to nobody here. Instants are ISO 8601. */
export type WorkspaceToken = {
  readonly id: string;
  readonly createdAt: string;
  readonly seenAt: string | null;
  readonly revokedAt: string | null;
};
export type Workspace = WorkspaceTerms & { readonly id: string; readonly name: string; readonly tokens: readonly WorkspaceToken[] };

/** Workspaces, their terms, and the tokens by which they are used. Hashes are SHA-256 in hex. */
export interface WorkspaceStore {
  /** All of them, oldest first, with their tokens, newest first. */
  listWorkspaces(): Promise<readonly Workspace[]>;
  /** Makes a workspace; terms that are left out are a weight of 1, no cap, 1 and 0.02 credits. Throws `request-invalid` where the name is taken. */
  addWorkspace(workspace: Partial<WorkspaceTerms> & { readonly name: string }): Promise<Workspace>;
  /** Changes the terms that are given, from the next grant on; what was charged stays. Null where there is none of that name. */
  setWorkspace(workspace: Partial<WorkspaceTerms> & { readonly name: string }): Promise<Workspace | null>;
  /** Notes a token of a workspace; its id, or null where there is none of that name. */
  addWorkspaceToken(token: { readonly name: string; readonly secretHash: string }): Promise<string | null>;
  /** Ends a token for good; the name of its workspace, null where there is none of that id. */
  revokeWorkspaceToken(id: string): Promise<string | null>;
  /** Name and terms of a workspace; null where there is none of that id any more. */
  describeWorkspace(id: string): Promise<(WorkspaceTerms & { readonly name: string }) | null>;
  /** The workspace of a secret; null for one that is unknown or revoked. */
  findWorkspace(secretHash: string): Promise<{ readonly tokenId: string; readonly workspaceId: string } | null>;
}
