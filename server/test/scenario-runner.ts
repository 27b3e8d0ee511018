/** Runs a scenario as a program of its own, so that a test can end it from outside. */
import { runScenario, type ScenarioOptions } from '../src/scenario/index.js';

const options = JSON.parse(process.argv[2] ?? '{}') as ScenarioOptions;
void runScenario(options, (event) => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
});
