"""Makes a program tell what it does: its syntax tree is changed between reading and compiling, so that it runs as it would."""

import ast
import re

TRACER = "__lockkit_tracer__"

# What `x += y` calls, by the operator's class.
IN_PLACE = {
    ast.Add: "iadd",
    ast.Sub: "isub",
    ast.Mult: "imul",
    ast.MatMult: "imatmul",
    ast.Div: "itruediv",
    ast.FloorDiv: "ifloordiv",
    ast.Mod: "imod",
    ast.Pow: "ipow",
    ast.LShift: "ilshift",
    ast.RShift: "irshift",
    ast.BitOr: "ior",
    ast.BitXor: "ixor",
    ast.BitAnd: "iand",
}

ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def instrumented(text, accesses, place):
    """The tree of a text in which the accesses tell of themselves.

    accesses: dictionaries with index (from 1), kind (read, write), start and end (UTF-16 offsets)
    place: start and end of the function that is to be caught where it is made, or None
    """
    tree = ast.parse(text)
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.parent = node
    position = Positions(text)
    traced = {}
    for access in accesses:
        node = traced_node(tree, position.range(access), access["kind"])
        if node is not None:
            traced.setdefault(node, {})[access["kind"]] = access["index"]
    caught = None if place is None else position.range(place)
    return ast.fix_missing_locations(Tracing(traced, caught).visit(tree))


class Positions:
    """UTF-16 offsets as the lines (from 1) and columns (in bytes of UTF-8) that syntax trees have."""

    def __init__(self, text):
        self.encoded = text.encode("utf-16-le", "surrogatepass")

    def of(self, offset):
        before = self.encoded[: 2 * offset].decode("utf-16-le", "surrogatepass")
        lines = re.split("\r\n|\r|\n", before)
        return (len(lines), len(lines[-1].encode("utf-8", "surrogatepass")))

    def range(self, place):
        return (self.of(place["start"]), self.of(place["end"]))


def range_of(node):
    if getattr(node, "end_lineno", None) is None:
        return None
    return ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))


def node_at(tree, wanted):
    """The outermost node that is just the range, or else the innermost one around it."""
    found = None
    node = tree
    while node is not None:
        inner = None
        for child in ast.iter_child_nodes(node):
            at = range_of(child)
            if at is not None and at[0] <= wanted[0] and wanted[1] <= at[1]:
                inner = child
            elif at is None and inner is None:
                # What has no place of its own (an item of `with`, an argument) may have a child that has.
                inner = next((each for each in ast.iter_child_nodes(child) if covers(each, wanted)), None)
        if inner is not None:
            found = inner
            if range_of(inner) == wanted and not isinstance(inner, ast.Expr):
                return found
        node = inner
    return found


def covers(node, wanted):
    at = range_of(node)
    return at is not None and at[0] <= wanted[0] and wanted[1] <= at[1]


def traced_node(tree, wanted, kind):
    """The node that does what an access says: the read itself, or the assignment or call that writes."""
    node = node_at(tree, wanted)
    at = node
    while at is not None:
        if isinstance(at, ast.AugAssign) and (at is node or at.target is node):
            return at
        if kind == "write" and isinstance(at, ASSIGNMENTS + (ast.Call, ast.Delete)):
            return at
        if isinstance(at, ast.stmt):
            break
        at = getattr(at, "parent", None)
    if kind == "write" or not isinstance(node, ast.expr):
        return None
    parent = getattr(node, "parent", None)
    # What is awaited on the spot has been read when it is there.
    return parent if isinstance(parent, ast.Await) else node


class Tracing(ast.NodeTransformer):
    def __init__(self, traced, caught):
        self.traced = traced
        self.caught = caught

    def call(self, name, *args):
        tracer = ast.Name(id=TRACER, ctx=ast.Load())
        return ast.Call(func=ast.Attribute(value=tracer, attr=name, ctx=ast.Load()), args=list(args), keywords=[])

    def generic_visit(self, node):
        at = self.traced.get(node, {})
        super().generic_visit(node)
        if isinstance(node, FUNCTIONS):
            return self.function(node)
        if isinstance(node, ast.Await):
            node.value = self.located(self.call("point", number(at.get("read", 0)), node.value), node.value)
            return node
        if isinstance(node, ASSIGNMENTS):
            return self.assignment(node, at)
        if isinstance(node, ast.Delete) and "write" in at:
            return [node, self.located(ast.Expr(self.call("assign", number(at["write"]), nothing())), node)]
        if isinstance(node, ast.Call) and "write" in at:
            tracing = self.call("called", number(at["write"]), node.func, *node.args)
            tracing.keywords = node.keywords
            return self.located(tracing, node)
        if "read" in at and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            return self.located(self.call("read", number(at["read"]), node), node)
        return node

    def assignment(self, node, at):
        """`x = v` is told just before it happens; `x += v` reads x before it comes to v."""
        if isinstance(node, ast.AugAssign) and at:
            before = loaded(node.target)
            if "read" in at:
                before = self.call("read", number(at["read"]), before)
            name = ast.Constant(value=IN_PLACE[type(node.op)], kind=None)
            value = self.call("in_place", name, before, node.value)
            node = self.located(ast.Assign(targets=[node.target], value=value, type_comment=None), node)
        if "write" in at and node.value is not None:
            node.value = self.located(self.call("assign", number(at["write"]), node.value), node.value)
        return node

    def function(self, node):
        at = range_of(node)
        # With its decorators or without them, as the language's parsers see it.
        starts = [at[0]] + [range_of(each)[0] for each in node.decorator_list]
        is_meant = self.caught is not None and at[1] == self.caught[1] and min(starts) >= self.caught[0]
        if is_meant and not isinstance(node.parent, ast.ClassDef):
            made = ast.Attribute(value=ast.Name(id=TRACER, ctx=ast.Load()), attr="made", ctx=ast.Load())
            node.decorator_list.append(self.located(made, node))
        return node

    def located(self, node, like):
        return ast.fix_missing_locations(ast.copy_location(node, like))


def number(value):
    return ast.Constant(value=value, kind=None)


def nothing():
    return ast.Constant(value=None, kind=None)


def loaded(target):
    """An assignment's target, as an expression that reads it."""
    copy = type(target)(**{name: getattr(target, name) for name in target._fields})
    copy.ctx = ast.Load()
    return ast.copy_location(copy, target)
