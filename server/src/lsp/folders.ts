import path from 'node:path';
import type { Connection, WorkspaceFolder } from 'vscode-languageserver/node';
import { Project, type ConfigurationError } from '../project/index.js';
import { pathOf } from './locations.js';
import { DEFAULT_SETTINGS, type Settings } from './settings.js';

/** A workspace folder, or the directory of a document that is in none. */
export interface Folder {
  readonly uri: string | undefined;
  readonly path: string;
  readonly settings: Settings;
  readonly project: Project;
  /** Configurations that cannot be used, by file. */
  readonly errors: Map<string, ConfigurationError>;
  /** The files to check, until something is made or deleted. */
  files: Promise<readonly string[]> | undefined;
}

/** The open workspace folders, each with a project of its own. */
export class Folders {
  #folders: Folder[] = [];
  #looseSettings = DEFAULT_SETTINGS;
  /** For documents in no folder, by directory. */
  readonly #loose = new Map<string, Folder>();

  constructor(private readonly connection: Connection) {}

  /** The workspace folders; not the directories of documents that are in none. */
  get all(): readonly Folder[] {
    return this.#folders;
  }

  get withLoose(): readonly Folder[] {
    return [...this.#folders, ...this.#loose.values()];
  }

  /** Makes the folders anew, with settings read for each. Documents must be told to the projects again. */
  async set(
    folders: readonly Pick<WorkspaceFolder, 'uri'>[],
    settingsFor: (uri: string | undefined) => Promise<Settings>,
  ): Promise<void> {
    const loose = await settingsFor(undefined);
    const made = await Promise.all(
      folders.map(async ({ uri }) => {
        const directory = pathOf(uri);
        return directory === undefined ? [] : [this.#make(uri, directory, await settingsFor(uri))];
      }),
    );
    // All at once, so that no request sees a part of it.
    this.#folders = made.flat();
    this.#looseSettings = loose;
    this.#loose.clear();
  }

  /** The innermost folder of a file. */
  of(file: string): Folder {
    const containing = this.#folders.filter((folder) => file.startsWith(folder.path + path.sep));
    const inner = containing.sort((left, right) => right.path.length - left.path.length)[0];
    if (inner !== undefined) return inner;
    const directory = path.dirname(file);
    let loose = this.#loose.get(directory);
    if (loose === undefined) {
      loose = this.#make(undefined, directory, this.#looseSettings);
      this.#loose.set(directory, loose);
    }
    return loose;
  }

  #make(uri: string | undefined, directory: string, settings: Settings): Folder {
    const errors = new Map<string, ConfigurationError>();
    const project = new Project({
      directory,
      settings: { ...settings, file: path.join(directory, '.vscode', 'settings.json') },
      onConfigurationError: (error) => {
        errors.set(error.file, error);
        this.connection.console.error(error.message);
      },
    });
    return { uri, path: directory, settings, project, errors, files: undefined };
  }
}
