import ts from '#typescript';

const PROMISES = new Set(['Promise', 'PromiseLike']);

/** Whether a type as written says that what has it is a function that gives a promise, or may: `() => Promise<T> | T`. */
export function isPromising(type: ts.TypeNode | undefined, source: ts.SourceFile): boolean {
  if (type === undefined) return false;
  if (ts.isParenthesizedTypeNode(type)) return isPromising(type.type, source);
  if (ts.isUnionTypeNode(type)) return type.types.some((part) => isPromising(part, source));
  if (ts.isFunctionTypeNode(type)) return isPromise(type.type);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return false;
  const alias = type.typeName.text;
  const declared = source.statements.find(
    (statement): statement is ts.TypeAliasDeclaration =>
      ts.isTypeAliasDeclaration(statement) && statement.name.text === alias,
  );
  return (
    declared !== undefined && !ts.isTypeReferenceNode(declared.type) && isPromising(declared.type, source)
  );
}

function isPromise(type: ts.TypeNode): boolean {
  if (ts.isUnionTypeNode(type)) return type.types.some(isPromise);
  return ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && PROMISES.has(type.typeName.text);
}
