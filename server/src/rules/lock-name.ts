import { basename } from 'node:path';
import type { Cell } from '../model/findings.js';

/**
 * A name for the lock that guards a cell. Every execution that touches the cell must come to the same name, so what is
 * computed at run time is left out of it: `user:${id}` is guarded by `user`. A coarser lock is slower, never wrong.
 */
export function lockNameFor(cell: Cell, file: string): string {
  const constant = (cell.name.split(/\$\{|\[/)[0] ?? '')
    .replace(/^this\./, '')
    .replace(/[^\p{L}\p{N}]+$/u, '');
  // A file, or a key, of which the source says no name.
  if (cell.name === `the ${cell.kind}`) return cell.kind;
  switch (cell.kind) {
    case 'variable':
    case 'field':
    case 'element': {
      const module = basename(file).replace(/\.[^.]+$/, '');
      return constant === '' ? module : `${module}:${constant}`;
    }
    case 'file':
      return constant === '' || constant === '…' ? 'file' : basename(constant);
    default:
      return constant === '' || constant === '…' ? cell.kind : constant;
  }
}
