import { loadAddon, requireFromHere } from './addon.js';
import type { Engine } from './engine.js';
import { LockEngineError } from './errors.js';
import { NativeEngine } from './native-engine.js';
import { PortableEngine, refuseWorkerThread } from './portable-engine.js';
import type { FsExt } from './portable-lock.js';

let native: NativeEngine | undefined;
let portable: PortableEngine | undefined;

/**
 * The engine of this thread: the addon where it is built, else fs-ext. The environment variable `LOCKKIT_ENGINE`
 * (`native` or `fs-ext`) forces one.
 *
 * @throws LockEngineError when the engine asked for, or every engine, is missing here
 */
export function selectEngine(): Engine {
  const forced = process.env.LOCKKIT_ENGINE;
  switch (forced) {
    case undefined:
    case '':
      return loadAddon().addon === undefined ? portableEngine() : nativeEngine();
    case 'native':
      return nativeEngine();
    case 'fs-ext':
      return portableEngine();
    default:
      throw new LockEngineError(`LOCKKIT_ENGINE is "${forced}"; it can be "native" or "fs-ext".`);
  }
}

function nativeEngine(): NativeEngine {
  if (native !== undefined) return native;
  const { addon, reason } = loadAddon();
  if (addon === undefined)
    throw new LockEngineError(`Lockkit's addon is missing: ${reason}. ${HOW_TO_BUILD}`);
  native = new NativeEngine(addon);
  return native;
}

function portableEngine(): PortableEngine {
  if (portable !== undefined) return portable;
  refuseWorkerThread();
  portable = new PortableEngine(loadFsExt());
  return portable;
}

const HOW_TO_BUILD = 'Build it with "npm rebuild lockkit" (needs a C compiler), or install fs-ext.';

function loadFsExt(): FsExt {
  try {
    return requireFromHere()('fs-ext') as FsExt;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new LockEngineError(
      `Lockkit has no engine here. Its addon: ${loadAddon().reason || 'not asked for'}. fs-ext: ${why}. ${HOW_TO_BUILD}`,
    );
  }
}
