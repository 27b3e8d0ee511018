import type { CallModel, ClassModel, LibraryModel } from '../model/library-model.js';

/** A model in which no class extends another and no method is the same as another: each says all that it does. */
export function expanded(model: LibraryModel): LibraryModel {
  const { classes } = model;
  if (classes === undefined) return model;
  const own = Object.keys(classes).map((name): [string, ClassModel] => [
    name,
    whole(classes, name, new Set()),
  ]);
  return { ...model, classes: Object.fromEntries(own) };
}

function whole(
  classes: Readonly<Record<string, ClassModel>>,
  name: string,
  entered: ReadonlySet<string>,
): ClassModel {
  const own = classes[name] ?? { methods: {} };
  const base = own.extends;
  const inherited =
    base === undefined || entered.has(base) ? undefined : whole(classes, base, new Set([...entered, name]));
  const methods: Readonly<Record<string, CallModel>> = { ...inherited?.methods, ...own.methods };
  const properties = { ...inherited?.properties, ...own.properties };
  return {
    ...inherited,
    ...own,
    ...(Object.keys(properties).length > 0 && { properties }),
    methods: Object.fromEntries(
      Object.entries(methods).map(([method, call]): [string, CallModel] => [
        method,
        (call.sameAs === undefined ? undefined : methods[call.sameAs]) ?? call,
      ]),
    ),
  };
}
