/** What an error says, for a log line or a problem. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
