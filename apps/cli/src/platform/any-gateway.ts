/** Of a request that nobody can have heard. */
const unheard = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

/** Asks whichever gateway of a platform answers, beginning with the one that did so last. A request that one may have heard is not said to another. */
export function anyGateway(urls: readonly string[]): typeof fetch {
  let last = 0;
  return async (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const first = last;
    for (let tries = 1; ; tries++) {
      // Of its own, whatever requests beside it find: each asks all gateways once.
      const at = (first + tries - 1) % urls.length;
      try {
        const reply = await fetch(new URL(`${pathname}${search}`, urls[at]), init);
        last = at;
        return reply;
      } catch (error) {
        if (tries >= urls.length || !(error instanceof Error && unheard.includes(codeOf(error.cause)))) throw error;
      }
    }
  };
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
