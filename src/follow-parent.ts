/** A process with a channel lives as long as that: when the one that started it goes, however it goes, so does this one. */
export function followParent(): void {
  // Sent to the whole group by a terminal or a supervisor: the one that started it decides when this one ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit());
}
