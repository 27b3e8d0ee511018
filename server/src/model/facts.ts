/**
 * Facts: what a frontend says of one file, free of the language's syntax.
 *
 * A function's body is a tree of structured control flow over few operations. Operations write *temporaries*: numbers that
 * are assigned once on every path through the function, by the operation that names them in `into`. Whatever is assigned on
 * several paths (variables, and the value of a conditional expression) is a *variable*.
 */
import type { Language } from './languages.js';
import type { TextRange } from './source.js';

/** The result of an operation, unique in its function. */
export type Temporary = number;
/** Index into {@link FileFacts.functions}; 0 is the module's own body. */
export type FunctionIndex = number;
/** Index into {@link FileFacts.classes}. */
export type ClassIndex = number;
/** Index into {@link FileFacts.variables}. */
export type VariableIndex = number;

export interface FileFacts {
  /** The file's absolute path. */
  readonly file: string;
  readonly language: Language;
  /** Offsets at which lines start, to turn ranges into places. */
  readonly lineStarts: readonly number[];
  readonly functions: readonly FunctionFacts[];
  readonly classes: readonly ClassFacts[];
  readonly variables: readonly VariableFacts[];
  /** Modules that this file imports or hands on, by the specifier as written. */
  readonly imports: readonly ImportFacts[];
  /** What other files can import. */
  readonly exports: readonly ExportFacts[];
  /** The variable that holds what `require` of this file returns, where the file sets it (CommonJS). */
  readonly commonExports?: VariableIndex;
  /** Directives at its beginning: `use server`. */
  readonly directives?: readonly string[];
  /** What the parser could not make sense of; the rest of the file is still told. */
  readonly problems: readonly SyntaxProblem[];
}

export interface ImportFacts {
  readonly module: string;
  readonly range: TextRange;
}

export type ExportFacts =
  /** A variable of the module, under the name that others import it by (`default` for the default export). */
  | { readonly kind: 'variable'; readonly name: string; readonly variable: VariableIndex }
  /** A name of another module, handed on; `imported` is `*` for its namespace: `export { imported as name } from 'module'`. */
  | { readonly kind: 'from'; readonly name: string; readonly module: string; readonly imported: string }
  /** All names of another module, handed on: `export * from 'module'`. */
  | { readonly kind: 'all'; readonly module: string };

export interface SyntaxProblem {
  readonly message: string;
  readonly range: TextRange;
}

/** A type as written, as far as it can tell that a value is an instance of a class. */
export interface TypeFacts {
  /** The last identifier of the type's name (`Redis` in `IORedis.Redis`). */
  readonly name: string;
  /** The variable (an import, a class) that the first identifier of the name is bound to. */
  readonly variable?: VariableIndex;
  /** The identifiers after the first one. */
  readonly path: readonly string[];
}

export interface VariableFacts {
  readonly name: string;
  /** The function that declares it: 0 is the module. */
  readonly scope: FunctionIndex;
  readonly kind: 'variable' | 'parameter' | 'import' | 'function' | 'class' | 'synthetic';
  readonly range: TextRange;
  /** True when it is assigned in another place than its declaration. */
  readonly reassigned: boolean;
  /** True when a function other than its scope reads or assigns it. */
  readonly captured: boolean;
  readonly exported: boolean;
  readonly type?: TypeFacts;
  /** True when its type says that calling it gives a promise. */
  readonly promising?: boolean;
  /** For `kind: 'import'`: what it is bound to. `name` is `default`, `*`, or the exported name. */
  readonly import?: { readonly module: string; readonly name: string };
  /** For `kind: 'function'` and `kind: 'class'` that are hoisted: what it is bound to. */
  readonly function?: FunctionIndex;
  readonly class?: ClassIndex;
}

export interface FunctionFacts {
  /** As a reader would call it: `add`, `Counter.add`, `(callback)`. */
  readonly name: string;
  readonly kind: 'module' | 'function' | 'method' | 'constructor' | 'initializer';
  readonly range: TextRange;
  /** Where its name stands, or its first token. */
  readonly nameRange: TextRange;
  readonly async: boolean;
  readonly generator: boolean;
  /** True when code outside of the file can call it by name. */
  readonly exported: boolean;
  /** True for functions whose `this` is that of the function around them (arrows). */
  readonly inheritsReceiver: boolean;
  /**
   * True for methods whose receiver is their first argument (Python's `self`; it is not among the parameters): a call of the
   * bare function hands it over as such.
   */
  readonly receiverFirst?: boolean;
  /** True when its name is bound to what a decorator made of it. */
  readonly decorated?: boolean;
  /** The function around it; absent for the module's own body. */
  readonly parent?: FunctionIndex;
  /** The class that it is a method, constructor or field initializer of. */
  readonly class?: ClassIndex;
  readonly parameters: readonly ParameterFacts[];
  readonly body: Node;
}

export interface ParameterFacts {
  readonly variable: VariableIndex;
  readonly rest: boolean;
  /** True for parameters that arguments reach by name only; with `rest`, all other named arguments (`**options`). */
  readonly named?: boolean;
  /** The instance field that a TypeScript parameter property declares. */
  readonly field?: string;
}

export interface ClassFacts {
  readonly name: string;
  readonly range: TextRange;
  readonly nameRange: TextRange;
  readonly exported: boolean;
  readonly decorators: readonly TypeFacts[];
  /** The variable that names the class it extends. */
  readonly superclass?: TypeFacts;
  /** Further classes that it extends, in languages where it can extend several. */
  readonly mixins?: readonly TypeFacts[];
  readonly constructorFunction?: FunctionIndex;
  readonly methods: readonly MethodFacts[];
  readonly fields: readonly FieldFacts[];
}

export interface MethodFacts {
  readonly name: string;
  readonly function: FunctionIndex;
  readonly static: boolean;
  readonly kind: 'method' | 'getter' | 'setter';
  /** Of a getter: true when it is called once, and its value kept. */
  readonly cached?: boolean;
  /** True for `private`, `protected` and `#name`: only the class's own code calls it. */
  readonly private: boolean;
  /** What decorators it has, where they do not make another function of it in the file's own terms. */
  readonly decorators?: readonly TypeFacts[];
}

export interface FieldFacts {
  readonly name: string;
  readonly static: boolean;
  readonly range: TextRange;
  readonly type?: TypeFacts;
  /** A function that returns the field's first value. */
  readonly initializer?: FunctionIndex;
}

/**
 * A property's name: known, or held in a temporary. In languages that keep elements apart from properties of the same name
 * (`d["x"]` and `d.x` in Python), the key of an element is written with its brackets and quotes (`["x"]`).
 */
export type PropertyKey = string | { readonly computed: Temporary; readonly element?: boolean };

export type Node = Sequence | Branch | Choice | Loop | Try | Labelled | Return | Throw | Jump | Operation;

export interface Sequence {
  readonly kind: 'sequence';
  readonly nodes: readonly Node[];
}

/** `then` runs when `condition` is truthy. */
export interface Branch {
  readonly kind: 'branch';
  readonly condition: Temporary;
  readonly then: Node;
  readonly else: Node;
  readonly range: TextRange;
}

/** One of the alternatives runs, decided by `selector` (the cases of a switch). */
export interface Choice {
  readonly kind: 'choice';
  readonly selector: Temporary;
  readonly alternatives: readonly Node[];
  readonly range: TextRange;
}

/**
 * `test` runs before each round and leaves the condition; `update` runs after each round and where `continue` lands.
 * A loop without `condition` goes round until something leaves it.
 */
export interface Loop {
  readonly kind: 'loop';
  readonly test: Node;
  readonly condition?: Temporary;
  /** True when the first round runs before the first test. */
  readonly testsLast: boolean;
  readonly body: Node;
  readonly update: Node;
  readonly label?: string;
  readonly range: TextRange;
}

export interface Try {
  readonly kind: 'try';
  readonly body: Node;
  readonly handler?: Node;
  readonly finalizer?: Node;
}

/** A block that `break label` leaves. */
export interface Labelled {
  readonly kind: 'labelled';
  readonly label: string;
  readonly body: Node;
}

export interface Return {
  readonly kind: 'return';
  readonly value?: Temporary;
  readonly range: TextRange;
}

export interface Throw {
  readonly kind: 'throw';
  readonly value?: Temporary;
  readonly range: TextRange;
}

/** Without a label: the innermost loop (or, for `break`, the innermost switch). */
export interface Jump {
  readonly kind: 'break' | 'continue';
  readonly label?: string;
}

export type Operation =
  | Constant
  | Template
  | Derive
  | LoadVariable
  | StoreVariable
  | LoadGlobal
  | LoadReceiver
  | LoadProperty
  | StoreProperty
  | MakeFunction
  | MakeClass
  | MakeObject
  | MakeArray
  | LoadModule
  | Call
  | Point;

export interface Constant {
  readonly kind: 'constant';
  readonly into: Temporary;
  readonly value: string | number | boolean | null | undefined;
}

/** String interpolation. */
export interface Template {
  readonly kind: 'template';
  readonly into: Temporary;
  readonly parts: readonly (string | Temporary)[];
}

/**
 * A value computed from others by the language alone, without effect: arithmetic, comparison, negation (`!`). The operator
 * `void` says that a value is thrown away on purpose.
 */
export interface Derive {
  readonly kind: 'derive';
  readonly into: Temporary;
  readonly operator: string;
  readonly from: readonly Temporary[];
  /** Of `in` and `not in`, which look into their second operand: where they stand. */
  readonly range?: TextRange;
}

export interface LoadVariable {
  readonly kind: 'load-variable';
  readonly into: Temporary;
  readonly variable: VariableIndex;
  readonly range: TextRange;
}

export interface StoreVariable {
  readonly kind: 'store-variable';
  readonly variable: VariableIndex;
  readonly value: Temporary;
  /** True for the initializer of a declaration. */
  readonly initial: boolean;
  readonly range: TextRange;
}

/** A name bound nowhere in the file. */
export interface LoadGlobal {
  readonly kind: 'load-global';
  readonly into: Temporary;
  readonly name: string;
  readonly range: TextRange;
}

/** `this`. */
export interface LoadReceiver {
  readonly kind: 'load-receiver';
  readonly into: Temporary;
}

export interface LoadProperty {
  readonly kind: 'load-property';
  readonly into: Temporary;
  readonly object: Temporary;
  readonly key: PropertyKey;
  readonly range: TextRange;
}

export interface StoreProperty {
  readonly kind: 'store-property';
  readonly object: Temporary;
  readonly key: PropertyKey;
  /** Absent for `delete`. */
  readonly value?: Temporary;
  readonly range: TextRange;
}

/** A function value that closes over the variables around it. */
export interface MakeFunction {
  readonly kind: 'make-function';
  readonly into: Temporary;
  readonly function: FunctionIndex;
}

export interface MakeClass {
  readonly kind: 'make-class';
  readonly into: Temporary;
  readonly class: ClassIndex;
}

/** A fresh object; `spreads` are copied into it. */
export interface MakeObject {
  readonly kind: 'make-object';
  readonly into: Temporary;
  readonly properties: readonly { readonly key: PropertyKey; readonly value: Temporary }[];
  readonly spreads: readonly Temporary[];
  readonly range: TextRange;
}

export interface MakeArray {
  readonly kind: 'make-array';
  readonly into: Temporary;
  readonly elements: readonly Temporary[];
  readonly spreads: readonly Temporary[];
  readonly range: TextRange;
}

/** The namespace of a module, loaded by `require` or `import()`. */
export interface LoadModule {
  readonly kind: 'load-module';
  readonly into: Temporary;
  readonly module: string;
  readonly range: TextRange;
}

export interface Argument {
  readonly value: Temporary;
  readonly spread: boolean;
  /** For arguments given by name; they come after all others. */
  readonly name?: string;
}

export interface Call {
  readonly kind: 'call';
  readonly into: Temporary;
  readonly target:
    | { readonly kind: 'value'; readonly callee: Temporary }
    | { readonly kind: 'method'; readonly object: Temporary; readonly key: PropertyKey }
    /** A method of the class that the function's class extends, on the same receiver; without a key, its constructor. */
    | { readonly kind: 'superclass'; readonly key?: string };
  readonly arguments: readonly Argument[];
  /** True for `new`. */
  readonly construct: boolean;
  /** True when the call's value is awaited where it is made. */
  readonly awaited: boolean;
  /** True when the call's value is what the function returns: it is awaited if the caller awaits. */
  readonly returned: boolean;
  /** True when the result takes the place of the function or class that is the argument (a decorator). */
  readonly decorates?: boolean;
  /** The callee as written, for messages: `redis.get`. */
  readonly text: string;
  readonly range: TextRange;
}

/** An interleaving point: another task may run here. */
export interface Point {
  readonly kind: 'point';
  readonly cause: 'await' | 'yield' | 'next';
  /** What is waited for. */
  readonly value?: Temporary;
  /** The settled value. */
  readonly into: Temporary;
  readonly range: TextRange;
}
