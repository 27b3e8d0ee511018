/** Finds the modules of one language. */
export interface Resolver {
  /**
   * The file of the project that a module specifier stands for.
   * @param directory the absolute path of the importing file's directory
   * @returns undefined for libraries, and for what is not found
   */
  resolve(specifier: string, directory: string): string | undefined;
  /** True for a file that other packages import. */
  isPublic?(file: string): boolean;
  /** Forgets what it has read; to be called when files were made, deleted or renamed, or a configuration has changed. */
  clear(): void;
}
