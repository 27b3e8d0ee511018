import type { AtomicRequest } from '../model/diagnostics.js';
import type { ReadModifyWrite } from '../model/findings.js';

/** The best cure of an update that the store can do itself: no lock is needed, whatever interleaves. */
export function atomicFixes({ atomic, cell, region }: ReadModifyWrite): AtomicRequest[] {
  if (atomic === undefined || region === undefined) return [];
  const title = `Let the store add to \`${cell.name}\` in one step`;
  return [{ kind: 'update-atomically', title, form: atomic, region }];
}
