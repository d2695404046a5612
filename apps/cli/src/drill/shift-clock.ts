/** Loaded before a process of a drill: at SIGUSR2 its clock jumps by an hour, and back at the next. Clocks that only count on are left alone. */
const hourMs = 3_600_000;
let aheadMs = 0;
process.on('SIGUSR2', () => {
  aheadMs = aheadMs === 0 ? hourMs : 0;
});

const Real = Date;
globalThis.Date = new Proxy(Real, {
  construct: (_, args: readonly unknown[], newTarget) =>
    Reflect.construct(Real, args.length === 0 ? [Real.now() + aheadMs] : args, newTarget),
  apply: () => new Real(Real.now() + aheadMs).toString(),
  get: (target, name) => (name === 'now' ? () => Real.now() + aheadMs : Reflect.get(target, name)),
});

export type {};
