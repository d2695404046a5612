import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { RevisionFault } from '../models/revision-fault.ts';
import { type Fields, readFields } from './read-fields.ts';

/** The token numbers of a prompt, padded to the model's length, with 1 in `mask` for each that is no padding; `notice` tells when words were left out. */
export type PromptTokens = { readonly ids: readonly number[]; readonly mask: readonly number[]; readonly notice: string | null };
export type PromptTokenizer = { readonly length: number; readonly encode: (text: string) => PromptTokens };

/** No prompt is read beyond this: what follows could not reach the model, and splitting it would only take time. */
export const longestPrompt = 4000;
const mostTokens = 512;

/** The tokenizer file that CLIP's `vocab.json` and `merges.txt` stand for. */
async function clipFile(folder: string): Promise<Fields | null> {
  const vocabulary = await readFields(join(folder, 'vocab.json'));
  const merges = await readFile(join(folder, 'merges.txt'), 'utf8').catch(() => null);
  if (!vocabulary || merges === null) return null;
  return {
    version: '1.0',
    added_tokens: ['<|startoftext|>', '<|endoftext|>'].flatMap((content) =>
      typeof vocabulary[content] === 'number'
        ? [{ id: vocabulary[content], content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false }]
        : [],
    ),
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: null,
    model: {
      type: 'BPE',
      unk_token: '<|endoftext|>',
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      vocab: vocabulary,
      merges: merges.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#version')),
    },
  };
}

function tokenText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  const content = (value as { readonly content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : null;
}

/**
 * Opens the tokenizer in `folder`: CLIP's `vocab.json` and `merges.txt`, or a `tokenizer.json` of any kind (byte pairs, unigram). Throws
 * `model-unavailable` when neither is there or the file cannot be read.
 */
export async function openPromptTokenizer(folder: string): Promise<PromptTokenizer> {
  const config = (await readFields(join(folder, 'tokenizer_config.json'))) ?? {};
  const special = (await readFields(join(folder, 'special_tokens_map.json'))) ?? {};
  const clip = await clipFile(folder);
  const file = clip ?? (await readFields(join(folder, 'tokenizer.json')));
  if (!file) {
    throw new RevisionFault(
      'model-unavailable',
      `${folder} holds no tokenizer: wanted tokenizer.json, or vocab.json and merges.txt. Install the model again.`,
    );
  }
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(file, config);
  } catch (error) {
    throw new RevisionFault(
      'model-unavailable',
      `The tokenizer in ${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}. Install the model again.`,
    );
  }
  const idOf = (name: string): number | null => {
    const text = tokenText(config[name]) ?? tokenText(special[name]);
    return text === null ? null : (tokenizer.token_to_id(text) ?? null);
  };
  const declared = config['model_max_length'];
  const length = typeof declared === 'number' && declared >= 2 ? Math.min(declared, mostTokens) : clip ? 77 : mostTokens;
  const start = clip ? (idOf('bos_token') ?? tokenizer.token_to_id('<|startoftext|>') ?? null) : null;
  const end = clip ? (idOf('eos_token') ?? tokenizer.token_to_id('<|endoftext|>') ?? null) : idOf('eos_token');
  const pad = idOf('pad_token') ?? end ?? 0;

  return {
    length,
    encode: (text) => {
      const heard = text.slice(0, longestPrompt);
      const bare = tokenizer.encode(heard, { add_special_tokens: clip === null }).ids;
      const all = clip ? [...(start === null ? [] : [start]), ...bare, ...(end === null ? [] : [end])] : bare;
      const closing = end !== null && all.at(-1) === end ? [end] : [];
      const kept = all.length > length ? [...all.slice(0, length - closing.length), ...closing] : all;
      const lost = all.length - kept.length;
      const notice =
        heard.length < text.length
          ? `The prompt of ${text.length} characters was read up to ${longestPrompt}, and of that the model takes ${kept.length} tokens. Shorten it.`
          : lost > 0
            ? `The prompt is ${all.length} tokens long; the model takes ${length}, and the last ${lost} were left out. Shorten it.`
            : null;
      const padding = Array.from({ length: length - kept.length }, () => 0);
      return { ids: [...kept, ...padding.map(() => pad)], mask: [...kept.map(() => 1), ...padding], notice };
    },
  };
}
