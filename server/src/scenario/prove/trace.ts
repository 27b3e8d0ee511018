/** What was seen of two executions, and the verdict, which follows from it alone. */

/** The two executions of the function. */
export type Execution = 'A' | 'B';

export interface TraceEvent {
  readonly execution: Execution;
  readonly kind: 'read' | 'write';
  readonly cell: string;
  /** A short form of the value, where it can be shown. */
  readonly value: string;
  readonly line: number;
  readonly file: string;
}

/** A write whose read is older than the last write: what the other one wrote is gone. */
export interface LostUpdate {
  readonly cell: string;
  readonly read: TraceEvent;
  /** The write that is lost, by the other execution. */
  readonly between: TraceEvent;
  readonly write: TraceEvent;
}

/** The first update that is lost in a trace, whose events are in the order in which they took effect. */
export function lostUpdateIn(trace: readonly TraceEvent[]): LostUpdate | undefined {
  for (const [index, write] of trace.entries()) {
    if (write.kind !== 'write') continue;
    const sameCell = (event: TraceEvent) => event.cell === write.cell;
    const readAt = trace
      .slice(0, index)
      .findLastIndex(
        (event) => sameCell(event) && event.kind === 'read' && event.execution === write.execution,
      );
    const read = trace[readAt];
    if (read === undefined) continue;
    const between = trace
      .slice(readAt + 1, index)
      .find((event) => sameCell(event) && event.kind === 'write' && event.execution !== write.execution);
    if (between !== undefined) return { cell: write.cell, read, between, write };
  }
  return undefined;
}
