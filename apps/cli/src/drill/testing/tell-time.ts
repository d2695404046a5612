// Tells its parent what its clocks say, whenever it is asked.
process.on('message', () => {
  process.send?.({ now: Date.now(), date: new Date().toISOString(), counted: performance.now() });
});
