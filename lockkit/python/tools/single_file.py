"""
Writes the package as one module, for projects that rather have a file than a dependency:

    python3 tools/single_file.py > .../lockkit.py

The modules follow each other in the order of their imports. They import from each other by name only, and no two of them
have a name of their own in common, so nothing but the imports has to go.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

NOTICE = "Made from the package by lockkit/python/tools/single_file.py. MIT License."
PACKAGE = Path(__file__).resolve().parent.parent / "src" / "lockkit"


def single_file() -> str:
    """The text of the module."""
    sources = {path.stem: path.read_text() for path in sorted(PACKAGE.glob("*.py"))}
    imports = Imports()
    bodies: list[str] = []
    taken: dict[str, str] = {}
    for module in _in_order_of_imports(sources):
        body = _without_imports(sources[module], imports)
        for name in _own_names(body):
            if taken.setdefault(name, module) != module:
                raise ValueError(f"{name} is defined in both {taken[name]} and {module}")
        bodies.append(body)
    docstring = ast.get_docstring(ast.parse(sources["__init__"]), clean=False)
    header = f'"""{docstring}\n{NOTICE}\n"""\n\nfrom __future__ import annotations\n\n'
    return header + imports.text() + "\n\n\n" + "\n\n\n".join(bodies) + "\n"


class Imports:
    """What the modules import of the standard library."""

    def __init__(self) -> None:
        self._modules: set[str] = set()
        self._names: dict[str, set[str]] = {}

    def add(self, statement: ast.Import | ast.ImportFrom) -> None:
        if isinstance(statement, ast.Import):
            self._modules.update(alias.name for alias in statement.names)
        elif statement.module != "__future__":
            self._names.setdefault(statement.module or "", set()).update(alias.name for alias in statement.names)

    def text(self) -> str:
        modules = [f"import {module}" for module in sorted(self._modules)]
        names = [f"from {module} import {', '.join(sorted(self._names[module]))}" for module in sorted(self._names)]
        return "\n".join(modules + names)


def _in_order_of_imports(sources: dict[str, str]) -> list[str]:
    order: list[str] = []

    def visit(module: str) -> None:
        if module in order:
            return
        for statement in ast.parse(sources[module]).body:
            if isinstance(statement, ast.ImportFrom) and statement.level > 0:
                visit(statement.module or "__init__")
        order.append(module)

    visit("__init__")
    return order


def _without_imports(source: str, imports: Imports) -> str:
    """The module without its docstring and imports; those of the standard library are added to `imports`."""
    lines = source.splitlines()
    for index, statement in enumerate(ast.parse(source).body):
        end = statement.end_lineno or statement.lineno
        if isinstance(statement, ast.Expr) and index == 0:
            pass
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            if isinstance(statement, ast.Import) or statement.level == 0:
                imports.add(statement)
        elif not _imports_of_package(statement):
            continue
        lines[statement.lineno - 1 : end] = [""] * (end - statement.lineno + 1)
    return "\n".join(lines).strip()


def _imports_of_package(statement: ast.stmt) -> bool:
    """`if TYPE_CHECKING:` around imports of this package, which are names of the same file here."""
    return isinstance(statement, ast.If) and all(
        isinstance(each, ast.ImportFrom) and each.level > 0 for each in statement.body
    )


def _own_names(body: str) -> list[str]:
    names: list[str] = []
    for statement in ast.parse(body).body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(statement.name)
        elif isinstance(statement, ast.Assign):
            names.extend(target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            names.append(statement.target.id)
    return names


if __name__ == "__main__":
    sys.stdout.write(single_file())
