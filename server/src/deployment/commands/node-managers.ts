/** What runs a Node program in several processes: PM2, Egg.js. Each process loads the program by itself. */
import { amount, claim, INSTANCE } from '../claims.js';
import { parseInstances, PER_PROCESSOR, type Instances } from '../instances.js';
import { fileIn, start, type CommandReader } from './command.js';

/** `pm2 start app.js -i 4`, `pm2-runtime app.js -i max`, `pm2 scale app 4`. https://pm2.keymetrics.io/docs/usage/cluster-mode/ */
const pm2: CommandReader = {
  names: ['pm2', 'pm2-runtime', 'pm2-docker', 'pm2-dev'],
  read(words, context, command) {
    if (words[0] === 'scale') {
      // `+2` adds to however many there are, which are one at least.
      const many = /^\+[1-9]/.test(words[2] ?? '')
        ? { says: 'many' as const }
        : parseInstances(words[2] ?? '');
      if (many === undefined) return [];
      const text = `runs ${amount(many, INSTANCE, words[1])} (pm2 scale)`;
      return [start([claim('processes', many, text, { load: 'in-each' })], undefined)];
    }
    if (command === 'pm2' && words[0] !== 'start') return [];
    let instances: Instances | undefined;
    let program: string | undefined;
    for (let index = words[0] === 'start' ? 1 : 0; index < words.length; index++) {
      const word = words[index] ?? '';
      if (word === '--') break;
      if (word === '-i' || word === '--instances') instances = parseInstances(words[++index] ?? '');
      else if (word.startsWith('--instances=')) instances = parseInstances(word.slice('--instances='.length));
      else if (!word.startsWith('-') && /\.([cm]?[jt]sx?|py)$/.test(word)) program ??= word;
    }
    // Its configuration is read as a file of its own.
    if (program?.includes('.config.') === true) program = undefined;
    const text = instances && `runs ${amount(instances, INSTANCE, program)} (${command})`;
    return [
      start(
        instances === undefined || text === undefined
          ? []
          : [claim('processes', instances, text, { load: 'in-each' })],
        fileIn(program, context),
      ),
    ];
  },
};

/** Egg.js starts a worker for each processor, unless it is told how many. https://www.eggjs.org/core/deployment */
const egg: CommandReader = {
  names: ['egg-scripts'],
  read(words) {
    if (words[0] !== 'start') return [];
    const said = words.findIndex((word) => /^(--workers|-w)(=|$)/.test(word));
    const number = words[said]?.split('=')[1] ?? words[said + 1] ?? '';
    const instances = said === -1 ? PER_PROCESSOR : parseInstances(number);
    if (instances === undefined) return [];
    const text = `runs ${amount(instances, INSTANCE, 'the application')} (egg-scripts)`;
    return [start([claim('processes', instances, text, { load: 'in-each' })], undefined)];
  },
};

export const nodeManagers: readonly CommandReader[] = [pm2, egg];
