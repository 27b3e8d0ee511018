/**
 * What a lock tells of those who take it: whoever guards something expects others to come, along the dimension that the lock is made for.
 * So a cell that is written under a lock somewhere is shared, even where nothing else says so; as in the lockset algorithm of Eraser
 * (Savage et al., 1997), which takes what is guarded in most places to be in need of it in all.
 */
import { DIMENSIONS, intersect, type Dimension } from '../model/dimensions.js';
import type { Overlap } from '../model/findings.js';
import type { Analysis } from './analysis.js';
import { realLocks, type Level, type UpdateCandidate } from './candidates.js';
import { isFlag } from './home-made-locks.js';
import { MODULE_DEPTH } from './modules.js';
import { append } from './multimap.js';
import type { Acquisition, CellIdentity } from './state.js';

/** The dimension that locks are made for: the widest that all of them cover. */
function purposeOf(locks: readonly Pick<Acquisition, 'span'>[]): Dimension | undefined {
  const [first, ...rest] = locks;
  if (first === undefined) return undefined;
  const span = rest.reduce((common, lock) => intersect(common, lock.span), first.span);
  return DIMENSIONS.findLast((dimension) => span.includes(dimension));
}

/**
 * Executions that whoever takes the locks expects to meet, if nothing says of the dimension whether it is there.
 * @returns undefined where it is known, or where tasks are meant and the code is no task
 */
export function expectedBy(
  analysis: Analysis,
  locks: readonly Pick<Acquisition, 'span' | 'name' | 'place'>[],
): Overlap | undefined {
  const dimension = purposeOf(locks);
  // What is no task says so itself: its function is not async.
  if (dimension === undefined || dimension === 'tasks' || analysis.hasEvidence([dimension])) return undefined;
  const byName = new Map(locks.map((lock) => [lock.name, lock]));
  const names = [...byName.keys()].map((name) => `\`${name}\``).join(' and ');
  const verb = byName.size === 1 ? 'is' : 'are';
  const place = byName.size === 1 ? locks[0]?.place : undefined;
  const text = `which ${names} ${verb} made for`;
  return { dimension, strength: 'usual', text, ...(place !== undefined && { place }) };
}

export class LockEvidence {
  private readonly guards = new Map<string, Acquisition[]>();

  constructor(private readonly analysis: Analysis) {
    for (const [key, writes] of analysis.writes) {
      const [first] = writes.values();
      // What is the same each time is written to begin anew or to end, often under whatever lock is held then.
      const telling = [...writes.values()].filter(({ resets }) => !resets);
      const guards = telling.flatMap((write) => realLocks(analysis, write.held) ?? []).filter(isShared);
      if (guards.length === 0) continue;
      for (const name of [key, first?.cell.container])
        if (name !== undefined) append(this.guards, name, ...guards);
    }
  }

  private guardsOf({ key, container }: CellIdentity): readonly Acquisition[] | undefined {
    return this.guards.get(key) ?? (container === undefined ? undefined : this.guards.get(container));
  }

  /** An update, with what the locks of its cell tell; undefined where nothing interleaves with it even so. */
  applied(candidate: UpdateCandidate): UpdateCandidate | undefined {
    const cell = this.shared(candidate.cell);
    const levels = this.levels(cell, candidate.levels, candidate.read.depth, candidate.expects);
    if (levels.length === 0) return undefined;
    if (cell === candidate.cell && levels === candidate.levels) return candidate;
    const isSaidElsewhere = cell === candidate.cell && candidate.levels.length > 0;
    const [byLock] = isSaidElsewhere ? [] : (this.guardsOf(cell) ?? []);
    return { ...candidate, cell, levels, ...(byLock !== undefined && { byLock }) };
  }

  /** A cell of an object that nothing else shows to be shared. */
  private shared(cell: CellIdentity): CellIdentity {
    return cell.sharing === 'likely' && this.guardsOf(cell) !== undefined
      ? { ...cell, sharing: 'usual' }
      : cell;
  }

  /**
   * @param depth how many overlap contexts were entered where the cell is accessed
   * @param expects whether the cell is accessed by what others than the file itself call, and their threads
   */
  levels(cell: CellIdentity, levels: readonly Level[], depth: number, expects: boolean): readonly Level[] {
    const index = MODULE_DEPTH + 1;
    const guards = this.guardsOf(cell);
    if (!expects || guards === undefined || cell.depth >= index || depth < index) return levels;
    const expected = expectedBy(this.analysis, guards);
    if (expected === undefined || !cell.reach.includes(expected.dimension)) return levels;
    const isKnown = levels.some(({ overlaps }) =>
      overlaps.some(({ dimension }) => dimension === expected.dimension),
    );
    return isKnown ? levels : [...levels, { index, overlaps: [expected] }];
  }
}

/** Whether there is one of a lock for all executions, which really excludes them. */
function isShared(lock: Acquisition): boolean {
  const { covers, several, weak, handle, lockDepth } = lock;
  return (
    covers === undefined &&
    several !== true &&
    weak !== true &&
    handle === undefined &&
    !isFlag(lock) &&
    lockDepth <= MODULE_DEPTH
  );
}
