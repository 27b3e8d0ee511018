/** Reports of earlier runs, kept in a file: what is as it was, with all that it depends on, is not checked again. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DeploymentReading } from '../deployment/index.js';
import type { FileReport } from './project.js';
import { reasonOf } from './text-file.js';

/** A report, and what must be as it was for it to hold. */
export interface KeptReport {
  /** Digest of what decides besides the texts: configuration, library models and deployment. */
  readonly setting: string;
  /** The other files that it depends on. */
  readonly others: readonly string[];
  /** Digest of the texts of the file and of the others, and of where their imports lead. */
  readonly texts: string;
  /** Exported functions of the file whose users decide about what was found. */
  readonly names: readonly string[];
  /** The files that used them. */
  readonly users: readonly string[];
  readonly report: FileReport;
}

/** What the file holds. Paths are numbers in `files`, since most of it would be paths otherwise. */
interface Stored {
  readonly program: string;
  readonly files: readonly string[];
  readonly reports: readonly (Omit<KeptReport, 'others' | 'users'> & {
    readonly file: number;
    readonly others: readonly number[];
    readonly users: readonly number[];
  })[];
  readonly readings: Readonly<Record<string, DeploymentReading>>;
}

export class ReportCache {
  readonly #reports = new Map<string, KeptReport>();
  readonly #readings = new Map<string, DeploymentReading>();
  readonly #usedReadings = new Set<string>();

  /**
   * @param file absolute path; need not exist. A file that cannot be read, or was written by another program, counts as empty
   * @param program changes with all that may have a text reported otherwise
   */
  constructor(
    readonly file: string,
    private readonly program: string,
  ) {
    try {
      this.#read(JSON.parse(readFileSync(file, 'utf8')) as Stored);
    } catch {
      // There is none yet, or it is damaged: then all is checked, and it is written anew.
      this.#reports.clear();
      this.#readings.clear();
    }
  }

  #read({ program, files, reports, readings }: Stored): void {
    if (program !== this.program) return;
    const pathOf = (index: number): string => {
      const found = files[index];
      if (found === undefined) throw new RangeError(`no path has the number ${String(index)}`);
      return found;
    };
    for (const { file, others, users, ...rest } of reports)
      this.#reports.set(pathOf(file), { ...rest, others: others.map(pathOf), users: users.map(pathOf) });
    for (const [key, reading] of Object.entries(readings)) this.#readings.set(key, reading);
  }

  get(file: string): KeptReport | undefined {
    return this.#reports.get(file);
  }

  set(file: string, report: KeptReport): void {
    this.#reports.set(file, report);
  }

  delete(file: string): void {
    this.#reports.delete(file);
  }

  /**
   * What deployment files and the code that starts executions say.
   * @param key digest of their texts
   */
  reading(key: string): DeploymentReading | undefined {
    const reading = this.#readings.get(key);
    if (reading !== undefined) this.#usedReadings.add(key);
    return reading;
  }

  setReading(key: string, reading: DeploymentReading): void {
    this.#readings.set(key, reading);
    this.#usedReadings.add(key);
  }

  /**
   * Writes the file, as a whole or not at all. Of two runs at once the one that ends last is kept.
   * @returns undefined, or why it cannot be written
   */
  save(): string | undefined {
    const temporary = `${this.file}.${randomBytes(6).toString('hex')}`;
    try {
      mkdirSync(path.dirname(this.file), { recursive: true });
      writeFileSync(temporary, JSON.stringify(this.#stored()), { mode: 0o600 });
      renameSync(temporary, this.file);
      return undefined;
    } catch (error) {
      // Nothing was written, or it could not take the old file's place.
      if (existsSync(temporary)) rmSync(temporary);
      return reasonOf(error);
    }
  }

  #stored(): Stored {
    const numbers = new Map<string, number>();
    const numberOf = (file: string): number => {
      const number = numbers.get(file) ?? numbers.size;
      numbers.set(file, number);
      return number;
    };
    const reports = [...this.#reports]
      .filter(([file]) => existsSync(file))
      .map(([file, { others, users, ...rest }]) => ({
        ...rest,
        file: numberOf(file),
        others: others.map(numberOf),
        users: users.map(numberOf),
      }));
    const readings = Object.fromEntries([...this.#readings].filter(([key]) => this.#usedReadings.has(key)));
    return { program: this.program, files: [...numbers.keys()], reports, readings };
  }
}
