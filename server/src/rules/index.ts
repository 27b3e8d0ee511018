import type { Diagnostic } from '../model/diagnostics.js';
import type { Finding } from '../model/findings.js';
import type { Rule } from '../model/rule.js';
import { blockingLockInAsync } from './blocking-lock-in-async/rule.js';
import { checkThenAct } from './check-then-act/rule.js';
import { differentLocks } from './different-locks/rule.js';
import { fileLockAcrossThreads } from './file-lock-across-threads/rule.js';
import { inProcessLock } from './in-process-lock/rule.js';
import { lockOrder } from './lock-order/rule.js';
import { lockPerCall } from './lock-per-call/rule.js';
import { missingAwait } from './missing-await/rule.js';
import { perProcessMpLock } from './per-process-mp-lock/rule.js';
import { unguardedRmw } from './unguarded-rmw/rule.js';
import { unreleasedLock } from './unreleased-lock/rule.js';
import { unsafeUnlock } from './unsafe-unlock/rule.js';

export { rulePage } from './pages.js';

/** Every rule there is, in the order of the documentation. */
export const rules: readonly Rule[] = [
  unguardedRmw,
  checkThenAct,
  inProcessLock,
  differentLocks,
  lockOrder,
  lockPerCall,
  missingAwait,
  unreleasedLock,
  unsafeUnlock,
  blockingLockInAsync,
  fileLockAcrossThreads,
  perProcessMpLock,
];

/** The diagnostics that the rules make of findings; each finding is reported by one rule at most. */
export function report(findings: readonly Finding[]): Diagnostic[] {
  return findings.flatMap((finding) => {
    for (const rule of rules) {
      const diagnostic = rule.check(finding);
      if (diagnostic !== undefined) return [diagnostic];
    }
    return [];
  });
}
