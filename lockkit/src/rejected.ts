/** A promise that is rejected with whatever was thrown. */
export function rejected(reason: unknown): Promise<never> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- not ours to change
  return Promise.reject(reason);
}
