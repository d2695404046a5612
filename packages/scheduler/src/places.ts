import type { Device, Fleet, Host, SlotPool } from './fleet.ts';
import { linkOf } from './link.ts';
import { isOpen } from './takes-work.ts';

/** Brings the lists of idle places up to date after a device or slot was taken or given back. */
export function setIdle(device: Device): void {
  const { pool } = device;
  if (pool === null) return;
  const idle = device.attempt === null && !device.host.facts.draining;
  for (const [model, set] of pool.idleBy)
    if (!idle || !(device.models.has(model) || (model === '' && device.models.size === 0))) set.delete(device);
  if (!idle) {
    pool.idle.delete(device);
    return;
  }
  pool.idle.add(device);
  for (const model of device.models.size === 0 ? [''] : device.models) {
    const set = pool.idleBy.get(model) ?? new Set();
    pool.idleBy.set(model, set.add(device));
  }
}

/** Says how many slots a runner has free; below 0 where it runs more than it offers by now. */
export function setFreeSlots(host: Host, free: number): void {
  const pool = host.slotPool;
  if (pool !== null) {
    const before = Math.max(0, host.freeSlots);
    pool.byFree[before]?.delete(host);
    pool.free += Math.max(0, free) - before;
    bucket(pool, Math.max(0, free)).add(host);
  }
  host.freeSlots = free;
}

function bucket(pool: SlotPool, free: number): Set<Host> {
  while (pool.byFree.length <= free) pool.byFree.push(new Set());
  return pool.byFree[free] as Set<Host>;
}

/** A runner that is open offers its places, any other none, once more. */
export function offerPlaces(fleet: Fleet, host: Host): void {
  leavePools(fleet, host);
  if (fleet.hosts.get(host.facts.id) === host) joinPools(fleet, host);
}

function joinPools(fleet: Fleet, host: Host): void {
  if (!isOpen(host)) return;
  const { facts } = host;
  const place = `${facts.pool}|${facts.region}|${[...facts.capabilities].sort().join(' ')}`;
  const shared = { capabilities: new Set(facts.capabilities), region: facts.region, pool: facts.pool };
  for (const device of host.devices) {
    const key = `${place}|${device.facts.product}|${device.facts.vramMib}`;
    const pool = fleet.devicePools.get(key) ?? {
      key,
      ...shared,
      product: device.facts.product,
      vramMib: device.facts.vramMib,
      idle: new Set(),
      idleBy: new Map(),
      devices: 0,
    };
    fleet.devicePools.set(key, pool);
    pool.devices++;
    device.pool = pool;
    setIdle(device);
  }
  if (facts.slots === 0 || facts.draining) return;
  const pool = fleet.slotPools.get(place) ?? { key: place, ...shared, byFree: [], free: 0, slots: 0, runners: 0, linksMibPerS: 0 };
  fleet.slotPools.set(place, pool);
  host.slotPool = pool;
  pool.slots += facts.slots;
  pool.runners++;
  pool.linksMibPerS += linkOf(facts);
  pool.free += Math.max(0, host.freeSlots);
  bucket(pool, Math.max(0, host.freeSlots)).add(host);
}

/** A runner offers no place any more; what it runs goes on. */
export function leavePools(fleet: Fleet, host: Host): void {
  for (const device of host.devices) {
    const { pool } = device;
    if (pool === null) continue;
    pool.idle.delete(device);
    for (const set of pool.idleBy.values()) set.delete(device);
    device.pool = null;
    if (--pool.devices === 0) fleet.devicePools.delete(pool.key);
  }
  const pool = host.slotPool;
  if (pool === null) return;
  const free = Math.max(0, host.freeSlots);
  pool.byFree[free]?.delete(host);
  pool.free -= free;
  pool.slots -= host.facts.slots;
  pool.runners--;
  pool.linksMibPerS -= linkOf(host.facts);
  host.slotPool = null;
  if (pool.byFree.every((set) => set.size === 0)) fleet.slotPools.delete(pool.key);
}
