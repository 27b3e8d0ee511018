/** What a file imports, by a look at its text that is far cheaper than its facts. */

export interface Dependencies {
  /** Specifiers as written, of code; those of types only are among them. */
  readonly modules: readonly string[];
  /** True when the file also loads modules that its text does not name: `require(path)`, a folder of plugins, Django's apps. */
  readonly open: boolean;
  /** True for a program of its own: what is beside it does not load it. */
  readonly program?: true;
}

/**
 * `from '…'`, `import '…'`, `import('…')` and `require('…')`. In a comment or a text they are taken for imports, too, which does
 * no harm: a file more is looked at.
 */
const IMPORT =
  /\b(?:from|import|require)\s*\(?\s*(?:\/\*[^*]*\*\/\s*)?(?:"([^"\n]+)"|'([^'\n]+)'|`([^`$\n]+)`)/g;

/** Loads by a name that is computed, and libraries that load whole folders. */
const OPEN_SCRIPT =
  /\b(?:require|import)\s*\(\s*(?!\s)(?!(?:\/\*[^*]*\*\/\s*)?(?:"[^"\n]*"|'[^'\n]*'|`[^`$]*`)\s*[,)])|\brequire\.context\b|\bimport\.meta\.glob\b|["'][^"'\n]*(?:auto-?load|require-?(?:all|dir)|import-?all|consign|express-load|fs-routes|file-rout)[^"'\n]*["']/;

/** Lines that are comments: prose speaks of what it requires. */
const COMMENT_LINES = /^[ \t]*(?:\/\/|\/\*|\*).*$/gm;

const OPEN_PYTHON =
  /\b(?:importlib|__import__|pkgutil|import_string|import_module|autodiscover\w*|DJANGO_SETTINGS_MODULE|INSTALLED_APPS|runpy|entry_points)\b/;

/** https://docs.python.org/3/library/__main__.html */
const PYTHON_PROGRAM = /^if[ \t]+__name__[ \t]*==[ \t]*["']__main__["']/m;
/** https://docs.djangoproject.com/en/stable/howto/custom-management-commands/ */
const DJANGO_COMMAND = /[\\/]management[\\/]commands[\\/][^\\/]+\.py$/;

/** @returns undefined for files of a language whose imports are not known */
export function dependenciesOf(file: string, text: string): Dependencies | undefined {
  if (/\.[cm]?[jt]sx?$/.test(file)) {
    const modules = new Set<string>();
    for (const [, double, single, template] of text.matchAll(IMPORT))
      modules.add(double ?? single ?? template ?? '');
    return { modules: [...modules], open: OPEN_SCRIPT.test(text.replaceAll(COMMENT_LINES, '')) };
  }
  if (file.endsWith('.py')) {
    const isProgram = PYTHON_PROGRAM.test(text) || DJANGO_COMMAND.test(file);
    return {
      modules: pythonModules(text),
      open: OPEN_PYTHON.test(text),
      ...(isProgram && { program: true }),
    };
  }
  return undefined;
}

/**
 * The modules of Python's import statements, and the packages around them, whose code runs first. A name that is imported from a
 * package may be a module of it.
 */
function pythonModules(text: string): string[] {
  const modules = new Set<string>();
  const add = (module: string): void => {
    const [dots = ''] = /^\.*/.exec(module) ?? [];
    const parts = module.slice(dots.length).split('.');
    for (let length = 1; length <= parts.length; length++)
      modules.add(dots + parts.slice(0, length).join('.'));
  };
  const statement =
    /^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n;\\]*(?:\\\r?\n[^\n;\\]*)*)|import[ \t]+([^\n;#]+))/gm;
  for (const [, from, names = '', imported] of text.matchAll(statement)) {
    if (imported !== undefined) {
      for (const name of imported.split(',')) add(name.trim().split(/\s/, 1)[0] ?? '');
      continue;
    }
    if (from === undefined || from === '') continue;
    add(from);
    for (const [, name = ''] of names.replace(/#[^\n]*|\\/g, '').matchAll(/(?:^|,|\()\s*([A-Za-z_]\w*)/g))
      modules.add(/^\.+$/.test(from) ? from + name : `${from}.${name}`);
  }
  return [...modules].filter((module) => module !== '');
}
