/** The exit codes are a contract. */
export const EXIT_NOTHING_FOUND = 0;
export const EXIT_FOUND = 1;
/** Usage, configuration, a path that cannot be read. */
export const EXIT_COULD_NOT_RUN = 2;

/** The command cannot do what it was asked for. The message is one line, for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
