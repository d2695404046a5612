import { z } from 'zod';

/** A hardware encoder that ffmpeg lists, and whether it really encoded a second of film here. */
export const encoderProbeSchema = z
  .object({
    name: z.string().max(100),
    works: z.boolean(),
    /** Frames of 1280x720 in a second; null where it does not work. */
    framesPerS: z.number().positive().nullable(),
    /** Why it does not. */
    reason: z.string().max(500).nullable(),
  })
  .readonly();
export type EncoderProbe = z.infer<typeof encoderProbeSchema>;

/** What a machine was found to have. Rates are bytes a second of media, to and from the gateway or the store's mounted folder; null where that is of the same machine, or could not be measured. */
export const machineSchema = z
  .object({
    /** Runners that tell the same share a machine and its memory; left out where that cannot be told. */
    id: z.string().max(200).optional(),
    cores: z.number().positive(),
    /** Model of its processors as the system names it; left out where that says nothing. */
    processor: z.string().max(200).optional(),
    memoryBytes: z.number().nonnegative(),
    diskFreeBytes: z.number().nonnegative(),
    numaNodes: z.number().int().positive(),
    downBytesPerS: z.number().positive().nullable(),
    upBytesPerS: z.number().positive().nullable(),
    encoders: z.array(encoderProbeSchema).max(100).readonly(),
    /** What a person should change, such as a driver that is too old. */
    warnings: z.array(z.string().max(1000)).max(100).readonly(),
  })
  .readonly();
export type Machine = z.infer<typeof machineSchema>;

const device = z.object({
  /** As the driver names it: `GPU-...` or `MIG-...`. */
  id: z.string().max(200),
  product: z.string().max(200),
  vramMib: z.number().int().positive(),
  /** What of that is free while nothing of its runner is there; slices that compute in one memory share it. */
  freeMib: z.number().int().nonnegative(),
  /** Those of one fabric reach each other directly. */
  fabric: z.string().max(200),
  /** Profile of a slice, such as `1g.10gb`; null for a whole GPU. */
  slice: z.string().max(100).nullable(),
  numaNode: z.number().int().nonnegative().nullable(),
  driver: z.string().max(100),
  /** Newest CUDA that the driver speaks, such as `12.4`; null where it does not tell. */
  cuda: z.string().max(20).nullable(),
});
/** A GPU or a slice (MIG) of one. Sizes are MiB. */
export const deviceSchema = device.readonly();
export type Device = z.infer<typeof deviceSchema>;

/** The same with the models that are loaded there now; left out where its runner does not tell. */
export const fleetDeviceSchema = device.extend({ models: z.array(z.string()).readonly().optional() }).readonly();
export type FleetDevice = z.infer<typeof fleetDeviceSchema>;
/** What of a GPU's memory is free by now, as `Device` has it. */
export const freeMemorySchema = device.pick({ id: true, freeMib: true }).readonly();
export type FreeMemory = z.infer<typeof freeMemorySchema>;

/** Memory of a machine that weights may fill beside what runs there, MiB, and the models all but a little of whose weights lie in its memory, to be loaded from there. */
export const hostMemorySchema = z
  .object({ budgetMib: z.number().int().nonnegative(), models: z.array(z.string().max(300)).max(1000).readonly() })
  .readonly();
export type HostMemory = z.infer<typeof hostMemorySchema>;

/** How a runner's hot cache does, since its process began. */
export const cacheReportSchema = z
  .object({
    hits: z.number().int().nonnegative(),
    misses: z.number().int().nonnegative(),
    hitBytes: z.number().nonnegative(),
    missBytes: z.number().nonnegative(),
    /** Cached files whose bytes were no longer those of their name. */
    damaged: z.number().int().nonnegative(),
    evicted: z.number().int().nonnegative(),
    bytes: z.number().nonnegative(),
  })
  .readonly();
export type CacheReport = z.infer<typeof cacheReportSchema>;
