import { type CapabilityInput, type CapabilityOutput, FilmwrightError } from '@filmwright/contracts';
import { askChat, type ChatMessage } from './ask-chat.ts';
import type { ChatServer } from './chat-servers.ts';
import { checkStoryboard, ownShare, saidShare } from './check-storyboard.ts';
import { repairPrompt, storyboardPrompt } from './storyboard-prompt.ts';
import { storyboardJsonSchema } from './storyboard-schema.ts';

export type WriteStoryboardOptions = {
  readonly server: ChatServer;
  readonly signal?: AbortSignal;
  /** Told how far it is, 0..100, by how long the answer is expected to be. */
  readonly onPercent?: (percent: number) => void;
};

/** Letters of a shot around what is said in it, and tokens for each letter of an answer at most. */
const shotLetters = 260;
const tokensPerLetter = 0.75;
const leastTokens = 4000;
const wantedShare = 0.8;
const mostOwnShare = 0.1;

/**
 * A storyboard of a script, written by the model of a chat server. An answer that cannot be used is sent back once with all that is wrong with it; a second
 * one fails with `program-failed` and the faults. A storyboard that leaves out words of the script, or says others, is taken and tells so in its notices.
 */
export async function writeStoryboard(
  input: CapabilityInput<'storyboard'>,
  { server, signal = new AbortController().signal, onPercent = () => {} }: WriteStoryboardOptions,
): Promise<CapabilityOutput<'storyboard'>> {
  const expected = input.script.length * 1.2 + Math.ceil(input.script.length / 120) * shotLetters;
  const schema = storyboardJsonSchema(input);
  const mostTokens = Math.ceil(Math.max(leastTokens, expected * 2 * tokensPerLetter));
  let messages: readonly ChatMessage[] = storyboardPrompt(input);
  for (let round = 1; ; round++) {
    const onLetters = (letters: number): void => onPercent(Math.min(99, Math.round((100 * letters) / (letters + expected * 0.4 + 1))));
    const answer = await askChat({ server, messages, schema, seed: input.seed, mostTokens, signal, onLetters });
    const checked = checkStoryboard(answer, input);
    if ('storyboard' in checked) return told(input, { server, round, storyboard: checked.storyboard });
    if (round === 2)
      throw new FilmwrightError(
        'program-failed',
        `The model ${server.name} wrote no storyboard that can be used, in two rounds: ${checked.faults.slice(0, 3).join('; ')}${checked.faults.length > 3 ? '; ...' : ''}. Try another seed or a larger model, or leave the model out.`,
        { retryable: false },
      );
    messages = [...messages, ...repairPrompt(answer, checked.faults)];
  }
}

type Written = Pick<CapabilityOutput<'storyboard'>, 'storyboard'> & { readonly server: ChatServer; readonly round: number };

function told({ script }: CapabilityInput<'storyboard'>, { server, round, storyboard }: Written): CapabilityOutput<'storyboard'> {
  const share = saidShare(script, storyboard);
  const own = ownShare(script, storyboard);
  return {
    storyboard,
    rounds: round,
    credit: {
      role: 'model',
      name: server.name,
      licence: server.licence,
      source: server.model,
      revision: server.ref,
      note: 'wrote the storyboard',
      ...(server.commercialUse === 'allowed' ? {} : { commercialUse: server.commercialUse }),
    },
    notices: [
      ...(share >= wantedShare
        ? []
        : [`The storyboard has ${Math.floor(share * 100)} % of the words of the script; see that nothing is missing.`]),
      ...(own <= mostOwnShare
        ? []
        : [`Of what the storyboard says, ${Math.ceil(own * 100)} % stand nowhere in the script; see that the film says what you mean.`]),
    ],
  };
}
