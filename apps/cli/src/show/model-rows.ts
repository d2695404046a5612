import type { ListedModel, ModelCard, ModelFigures, ShownModel } from '@filmwright/contracts';
import { type Fit, needText } from './fitting-models.ts';

const megabytesText = (megabytes: number | null): string =>
  megabytes === null ? 'unknown' : megabytes >= 1000 ? `${(megabytes / 1000).toFixed(1)} GB` : `${megabytes} MB`;

const useTexts = { allowed: '', forbidden: ' (not commercial)', unclear: ' (commercial use unclear)' } as const;

/** What a model needs beside this program; null where it runs it by itself. */
function lacksText({ engine, servers, noEngine }: Pick<ListedModel, 'engine' | 'servers' | 'noEngine'>): string | null {
  return engine === 'server' ? `wants ${servers.join(' or ')}` : noEngine;
}

/** A line for each model; `more` counts those of the catalogue that are not shown. */
export function modelRows(list: readonly ListedModel[], { more }: { readonly more: number }): string {
  const lines = list.map((model) => {
    const { name, ref, capability, licence, commercialUse, megabytes, state, problem, pinned } = model;
    const command = `filmwright models add ${name}`;
    const stands = {
      ready: `${model.noEngine ?? 'ready'}${pinned ? ', stays' : ''}`,
      evicted: `evicted: ${command}`,
      broken: `broken: ${problem}`,
      failed: `failed: ${problem}`,
      offered: lacksText(model) ?? command,
    }[state];
    const warning = problem === null ? '' : state === 'ready' ? `, but ${problem}` : state === 'offered' ? `: ${problem}` : '';
    return `  ${(ref ?? name).padEnd(34)} ${capability.padEnd(14)} ${megabytesText(megabytes).padStart(8)}  ${`${licence}${useTexts[commercialUse]}`.padEnd(26)} ${stands}${warning}\n`;
  });
  const rest = more === 0 ? '' : `${more} more in the catalogue: filmwright models list --all\n`;
  return lines.join('') + rest;
}

const fitNames: Readonly<Record<Exclude<Fit, 'too large' | null>, string>> = {
  whole: 'on the GPU',
  offloaded: 'GPU and memory',
  processor: 'on the processor',
};

/** Models that run with a GPU's memory, by what they do; then those of which nobody told what they need. */
export function fittingRows(list: readonly (ListedModel & { readonly fit: Fit })[]): string {
  const row = (model: (typeof list)[number]): string => {
    const { name, capability, fit, licence, commercialUse, megabytes } = model;
    const how = fit === null || fit === 'too large' ? '' : fitNames[fit];
    const takes = [needText(model), lacksText(model)].filter(Boolean).join('; ');
    return `  ${name.padEnd(26)} ${capability.padEnd(15)} ${how.padEnd(16)} ${megabytesText(megabytes).padStart(8)}  ${`${licence}${useTexts[commercialUse]}`.padEnd(30)} ${takes}`.trimEnd();
  };
  const known = list
    .filter(({ fit }) => fit !== null)
    .toSorted((a, b) => (a.capability < b.capability ? -1 : a.capability > b.capability ? 1 : 0));
  const unknown = list.filter(({ fit }) => fit === null);
  const rest = unknown.length === 0 ? [] : [...(known.length > 0 ? [''] : []), 'Of these nobody told what they need:', ...unknown.map(row)];
  return `${[...known.map(row), ...rest].join('\n') || 'No model that is known runs there.'}\n`;
}

/** What a revision was measured to take on this machine. */
export function figuresText({
  coldMs,
  warmMs,
  stepMs,
  step,
  unloadMs,
  ramMib,
  vramMib,
  coldIsCold,
  device,
  measuredAt,
}: ModelFigures): string {
  const cold = coldIsCold ? `from disk in ${coldMs} ms, ` : '';
  const vram = vramMib > 0 ? `, VRAM ${vramMib} MiB` : '';
  return `loads ${cold}from memory in ${warmMs} ms; ${step} in ${stepMs} ms; unloads in ${unloadMs} ms; memory ${ramMib} MiB${vram}; ${device}, ${measuredAt.slice(0, 10)}`;
}

const perText = { second: 'a second of what it makes', output: 'for each output' } as const;

function limitsText(limits: ModelCard['limits']): string {
  if (limits === undefined) return '';
  const { widthPx, heightPx, frames, fps, promptTokens, languages } = limits;
  return [
    ...(widthPx === undefined && heightPx === undefined ? [] : [`${widthPx ?? '?'} x ${heightPx ?? '?'} pixels`]),
    ...(frames === undefined ? [] : [`${frames} frames`]),
    ...(fps === undefined ? [] : [`${fps} frames a second`]),
    ...(promptTokens === undefined ? [] : [`prompts of ${promptTokens} tokens`]),
    ...(languages ?? []),
  ].join(', ');
}

/** All that is known of one model. */
export function shownModel({ card, noEngine, revisions, accepted, problem }: ShownModel): string {
  const { licence, needs } = card;
  const tiers = needs.tiers.map(({ tier, ramMb, vramMb, gpus, note }) =>
    [
      tier,
      ...(ramMb === null ? [] : [`memory ${megabytesText(ramMb)}`]),
      ...(vramMb === null ? [] : [`VRAM ${megabytesText(vramMb)}${gpus === undefined ? '' : ` on each of ${gpus} GPUs`}`]),
      ...(note === undefined ? [] : [note]),
    ].join(', '),
  );
  const rows: readonly (readonly [string, string])[] = [
    ['what', `${card.title}: ${card.does}`],
    ['does', [card.capability, ...(card.also ?? [])].join(', ')],
    ['runs on', noEngine === null ? card.engine : `${card.engine}; ${noEngine}`],
    ['from', card.source],
    [
      'licence',
      `${licence.name}, commercial use ${licence.commercialUse}${licence.mustAccept ? ', to be accepted' : ''}${licence.url === null ? '' : `, ${licence.url}`}`,
    ],
    ['', licence.summary],
    ['by', licence.attribution],
    ['disk', megabytesText(needs.diskMb)],
    ['limits', limitsText(card.limits)],
    ['warm-up', card.warmUpRuns === undefined ? '' : `${card.warmUpRuns} runs before the first that counts`],
    ['price', card.price === undefined ? '' : `${card.price.amount} ${card.price.currency} ${perText[card.price.per]}`],
    ...tiers.map((tier) => ['needs', tier] as const),
    ...(card.facts ?? []).map(({ fact, source, state }) => ['fact', `${fact} (${state}: ${source})`] as const),
    ...revisions.map(
      ({ ref, addedAt, pinned, broken, present }) =>
        [
          'revision',
          `${ref}${addedAt && `, added ${addedAt}`}${pinned ? ', stays' : ''}${broken === null ? (present ? '' : ', evicted') : `, broken: ${broken}`}`,
        ] as const,
    ),
    ...revisions.flatMap(({ ref, figures }) => (figures === null ? [] : [['measured', `${ref}: ${figuresText(figures)}`] as const])),
    ...(card.files ?? []).map(({ path, bytes, digest }) => ['file', `${path}, ${bytes} bytes, ${digest}`] as const),
    ...accepted.map(({ licence: name, acceptedAt, acceptedBy }) => ['accepted', `${name}, ${acceptedAt}, by ${acceptedBy}`] as const),
    ...(problem === null ? [] : [['problem', problem] as const]),
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `  ${label.padEnd(10)} ${text}\n`)
    .join('');
}
