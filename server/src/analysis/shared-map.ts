/**
 * A map that is cheap to copy: copies share their entries until one of them is written to. States are copied at every branch,
 * and most branches change little.
 */
export class SharedMap<K, V> implements Iterable<[K, V]> {
  private entries: Map<K, V> = new Map<K, V>();
  /** True while another copy may have the same entries. */
  private shared = false;

  copy(): SharedMap<K, V> {
    const copy = new SharedMap<K, V>();
    copy.entries = this.entries;
    copy.shared = this.shared = true;
    return copy;
  }

  /** True when nothing was written to either since one was copied from the other. */
  isUnchangedFrom(other: SharedMap<K, V>): boolean {
    return this.entries === other.entries;
  }

  private own(): Map<K, V> {
    if (this.shared) {
      this.entries = new Map(this.entries);
      this.shared = false;
    }
    return this.entries;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: K): V | undefined {
    return this.entries.get(key);
  }

  has(key: K): boolean {
    return this.entries.has(key);
  }

  set(key: K, value: V): void {
    this.own().set(key, value);
  }

  delete(key: K): boolean {
    return this.entries.has(key) && this.own().delete(key);
  }

  clear(): void {
    if (this.entries.size === 0) return;
    this.entries = new Map();
    this.shared = false;
  }

  keys(): MapIterator<K> {
    return this.entries.keys();
  }

  values(): MapIterator<V> {
    return this.entries.values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries[Symbol.iterator]();
  }
}
