from __future__ import annotations

import ast
import unittest
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "lockkit"


class Source(unittest.TestCase):
    def test_parses_as_python_3_9(self) -> None:
        modules = list(PACKAGE.glob("*.py"))
        self.assertGreater(len(modules), 5)
        for module in modules:
            ast.parse(module.read_text(), feature_version=(3, 9))
