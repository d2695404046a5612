import { z } from 'zod';
import { mostSlots } from './lease.ts';
import { poolName } from './runner-access.ts';
import { type TaskKind, taskKindNames } from './task.ts';

const kind = z.enum(taskKindNames as [TaskKind, ...TaskKind[]]);
const minuteMs = 60_000;

/** Processes of the controller's own machine, which share its media folder. */
const localProvisioner = z.strictObject({ type: z.literal('local') }).readonly();
/** A service that gives and takes machines by HTTP, such as a small script before a cloud. `tokenFrom` names the environment variable with its token. */
const httpProvisioner = z
  .strictObject({
    type: z.literal('http'),
    url: z.url({ protocol: /^https?$/ }),
    tokenFrom: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'wanted the name of an environment variable')
      .optional(),
    /** Handed to the service as it is, such as the type of the machine. */
    machine: z.record(z.string(), z.unknown()).readonly().default({}),
  })
  .readonly();

/** What runners of no pool are listed under. */
export const noPool = 'default';

/** Runners of a kind that come and go with the work. A machine is one runner. */
export const poolSchema = z
  .strictObject({
    /** Shorter than others may be, since its machines are called by it and more. */
    name: poolName
      .max(41, 'wanted 41 characters at most')
      .refine((name) => name !== noPool, { error: `wanted another name: ${noPool} stands for runners of no pool` }),
    /** Machines that stay, whatever there is to do. */
    minimum: z.number().int().min(0).max(10_000).default(0),
    maximum: z.number().int().min(1).max(10_000),
    /** A machine that had nothing to do for so long goes. */
    idleMs: z
      .number()
      .int()
      .min(0)
      .max(1440 * minuteMs)
      .default(5 * minuteMs),
    /** Of one machine, in any currency; the cheapest pool that can do the work grows first. */
    costPerHour: z.number().min(0).default(0),
    region: z.string().max(100).nullable().default(null),
    /** Kinds of tasks that its machines do; all when left out. */
    capabilities: z.array(kind).min(1).readonly().optional(),
    /** Models and voices that its machines bring from the platform, by name; `all` stands for each that it has. Machines of this one's own share them anyway. */
    models: z
      .array(z.string().regex(/^[a-zA-Z0-9][\w.@-]{0,199}$/, 'wanted names of models or voices'))
      .max(100)
      .readonly()
      .optional(),
    /** Tasks that a machine does at once. */
    slots: z.number().int().min(1).max(mostSlots).default(1),
    /** What waits without a deadline should be done within so long. */
    targetMs: z
      .number()
      .int()
      .min(1000)
      .max(1440 * minuteMs)
      .default(minuteMs),
    /** Usual time until a new machine works. */
    startMs: z
      .number()
      .int()
      .min(0)
      .max(120 * minuteMs)
      .default(5000),
    provisioner: z.discriminatedUnion('type', [localProvisioner, httpProvisioner]).default({ type: 'local' }),
  })
  .refine(({ minimum, maximum }) => minimum <= maximum, { error: 'wanted a minimum that is not above the maximum', path: ['minimum'] })
  .readonly();
export type Pool = z.infer<typeof poolSchema>;

/** The file `pools.yaml`. */
export const poolsFileSchema = z
  .strictObject({ pools: z.array(poolSchema).max(100).readonly() })
  .refine(({ pools }) => new Set(pools.map(({ name }) => name)).size === pools.length, {
    error: 'wanted a name of its own for each pool',
    path: ['pools'],
  });
export type PoolsFile = z.input<typeof poolsFileSchema>;

/** Of the calls to a service of machines, as told with each order. A service may say of which it is; one that says a later one is not understood. */
export const machinesVersion = 1;

/** Why a service does not give a machine that it was asked for: it has none of these just now, it may give no more, or the machine came to nothing. */
export const machineRefusals = ['none-available', 'quota', 'failed'] as const;
export type MachineRefusal = (typeof machineRefusals)[number];

/** What a service says of a machine beside its id; what is not understood of it is taken to be left out. */
const machineNewsSchema = z.object({
  /** `refused` ones are not there, nor will be before they are asked for again; those that are `ending` go whatever is wanted. */
  state: z.enum(['starting', 'running', 'ending', 'refused']).optional().catch(undefined),
  reason: z.enum(machineRefusals).optional().catch(undefined),
  /** When it is taken away, such as after the notice of a spot machine. */
  endsAt: z.iso.datetime({ offset: true }).optional().catch(undefined),
});

/** What a service of machines answers to GET /machines: every machine that it holds for this installation, also those that only start or still go. */
export const machineListSchema = z.object({
  version: z.number().int().optional(),
  machines: z.array(machineNewsSchema.extend({ id: z.string() })).readonly(),
});
/** Why a machine does not come, as the answer to PUT /machines/:id says whatever its status; null where it does not say so. */
export function machineRefusal({ isOk, text }: { readonly isOk: boolean; readonly text: string }): MachineRefusal | null {
  const { state, reason } = machineNewsSchema.safeParse(jsonOf(text)).data ?? {};
  if (state !== 'refused' && isOk) return null;
  return reason ?? (state === 'refused' ? 'none-available' : null);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Body of PUT /machines/:id. The same again must make no second machine. `join.command` is what a bare machine runs; the rest says the same in parts, for images that hold the program. */
export type MachineOrder = {
  readonly version: number;
  readonly id: string;
  readonly pool: string;
  readonly region: string | null;
  readonly slots: number;
  readonly models: readonly string[];
  readonly machine: Readonly<Record<string, unknown>>;
  readonly join: { readonly url: string; readonly token: string; readonly command: string };
};
