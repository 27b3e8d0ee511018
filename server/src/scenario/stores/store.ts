/** Where the counter is. Reading and writing are two steps, as they are for any state outside a program's memory. */
export interface Store {
  read(): number | Promise<number>;
  write(value: number): void | Promise<void>;
  close(): void | Promise<void>;
}

/** How a process or thread gets at the counter; it can be sent to another process. */
export type StoreAddress =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'redis'; readonly url: string; readonly key: string };
