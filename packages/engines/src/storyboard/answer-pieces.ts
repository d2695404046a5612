import { FilmwrightError } from '@filmwright/contracts';
import { z } from 'zod';

const pieceSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).optional(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }).optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .optional(),
  error: z.union([z.string(), z.object({ message: z.string().optional() })]).optional(),
});

export type AnswerReading = {
  /** Told of all bytes. */
  readonly onBytes: (bytes: number) => void;
  /** What of the server's words may be repeated to people. */
  readonly bare: (said: string) => string;
};

/** The text of an answer as it comes, from server-sent events, or from one JSON body of a server that does not stream. */
export async function* answerPieces(response: Response, { onBytes, bare }: AnswerReading): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const streams = /text\/event-stream/i.test(response.headers.get('content-type') ?? '');
  let rest = '';
  for await (const bytes of response.body ?? []) {
    onBytes((bytes as Uint8Array).byteLength);
    rest += decoder.decode(bytes as Uint8Array, { stream: true });
    if (!streams) continue;
    const lines = rest.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const data = /^data:\s?(.*)$/.exec(line)?.[1];
      if (data === '[DONE]') return;
      if (data !== undefined && data !== '') yield pieceOf(data, bare);
    }
  }
  if (!streams && rest !== '') yield pieceOf(rest, bare);
}

function pieceOf(json: string, bare: AnswerReading['bare']): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw unreadable(bare(json));
  }
  const read = pieceSchema.safeParse(parsed);
  if (!read.success) throw unreadable(bare(json));
  const { choices = [], error } = read.data;
  if (error !== undefined) {
    const said = typeof error === 'string' ? error : (error.message ?? 'without saying why');
    throw new FilmwrightError('program-failed', `The model's server failed while it wrote: ${bare(said).slice(0, 300)}.`, {
      retryable: true,
    });
  }
  const [choice] = choices;
  if (choice?.message?.refusal)
    throw new FilmwrightError('program-failed', `The model refuses to write: ${bare(choice.message.refusal).slice(0, 300)}.`, {
      retryable: false,
    });
  if (choice?.finish_reason === 'length')
    throw new FilmwrightError(
      'program-failed',
      "The model's answer was cut off: its longest answer, or its context, is too small for this script. Give a shorter script, or a model with a larger context.",
      { retryable: false },
    );
  return choice?.delta?.content ?? choice?.message?.content ?? '';
}

function unreadable(text: string): FilmwrightError {
  return new FilmwrightError(
    'program-failed',
    `The server does not speak the chat protocol; it sent ${JSON.stringify(text.slice(0, 120))}. Check its address.`,
    { retryable: false },
  );
}
