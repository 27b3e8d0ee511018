// What the benchmark uses of packages that come without types.
declare module 'fs-native-extensions' {
  const extensions: { waitForLock(descriptor: number): Promise<void> };
  export default extensions;
}

declare module 'fd-lock' {
  export default class FDLock {
    constructor(descriptor: number, options?: { wait?: boolean });
    ready(): Promise<void>;
    close(): Promise<void>;
  }
}
