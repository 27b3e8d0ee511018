import type { VariableIndex } from '../model/facts.js';
import type { Frame } from './frame.js';
import type { Value } from './values.js';

type Layer = Map<VariableIndex, Value>;

/** The values of variables, by the frame that declares them. */
export type Layers = Map<Frame, Layer>;

/**
 * The values of variables, one layer per frame. States are copied at every branch and differ in few frames, so layers are
 * shared until they are written to: a copy costs a reference per frame, and a join looks only at layers that differ.
 *
 * What the bodies of modules have left behind is settled: it holds in every state that says nothing else, also in those that
 * were there before the module was first needed.
 */
export class Variables {
  private readonly layers: Layers;
  /** Layers that no other state shares. */
  private owned = new Set<Frame>();

  constructor(
    private readonly settled: Layers,
    layers?: Layers,
  ) {
    this.layers = new Map(layers);
  }

  copy(): Variables {
    this.owned = new Set();
    return new Variables(this.settled, this.layers);
  }

  /** Makes what is in the variables hold in all states. */
  settle(): void {
    for (const [frame, layer] of this.layers) this.settled.set(frame, layer);
    this.layers.clear();
    this.owned.clear();
  }

  private layer(frame: Frame): Layer | undefined {
    return this.layers.get(frame) ?? this.settled.get(frame);
  }

  get(frame: Frame, variable: VariableIndex): Value | undefined {
    return this.layer(frame)?.get(variable);
  }

  set(frame: Frame, variable: VariableIndex, value: Value): void {
    this.own(frame).set(variable, value);
  }

  delete(frame: Frame, variable: VariableIndex): void {
    if (this.layer(frame)?.has(variable) === true) this.own(frame).delete(variable);
  }

  /** The call is over, and nothing closes over its variables. */
  forget(frame: Frame): void {
    this.layers.delete(frame);
  }

  private own(frame: Frame): Layer {
    let layer = this.layers.get(frame);
    if (layer !== undefined && this.owned.has(frame)) return layer;
    layer = new Map(layer ?? this.settled.get(frame));
    this.layers.set(frame, layer);
    this.owned.add(frame);
    return layer;
  }

  /** What two states have in common; `merge` is asked for each variable that they hold different values of. */
  static join(left: Variables, right: Variables, merge: (one: Value, other: Value) => Value): Variables {
    const joined = left.copy();
    const mergeLayer = (frame: Frame, mine: Layer | undefined, layer: Layer | undefined): void => {
      if (layer === undefined || mine === layer) return;
      if (mine === undefined) {
        joined.layers.set(frame, layer);
        return;
      }
      for (const [variable, other] of layer) {
        const one = mine.get(variable);
        if (one === other) continue;
        joined.set(frame, variable, one === undefined ? other : merge(one, other));
      }
    };
    for (const [frame, layer] of right.layers) mergeLayer(frame, left.layer(frame), layer);
    for (const [frame, mine] of left.layers)
      if (!right.layers.has(frame)) mergeLayer(frame, mine, right.settled.get(frame));
    right.owned = new Set();
    return joined;
  }

  /** Applies `change` to each variable that `one` and `other` hold different values of. */
  changeDiffering(one: Variables, other: Variables, change: (value: Value) => Value): void {
    for (const [frame, layer] of this.layers) {
      const first = one.layer(frame);
      const second = other.layer(frame);
      if (first === second) continue;
      for (const [variable, value] of [...layer]) {
        if (first?.get(variable) !== second?.get(variable)) this.set(frame, variable, change(value));
      }
    }
  }
}
