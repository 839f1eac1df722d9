"""The page's side of a widget: ES modules and style sheets of several files, joined into the one that anywidget takes.

A browser gets one module and asks for nothing else, so a widget works offline, in Voila and on a saved page alike.
"""

import posixpath
import re
from graphlib import TopologicalSorter
from pathlib import Path

_HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]*)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|class|function\*?|async function) (\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def script(entry, source=None):
    """Return an ES module and all modules that it imports, directly or not, as one ES module.

    Each module becomes a function that runs once, after those that it imports, and returns what it exports: so names of two modules
    never meet, and a name that is not imported is not defined.

    Parameters
    ----------
    entry : str
        Path below ``widgets/`` of the module whose ``export default``, if it has one, becomes that of the whole.
    source : str, optional
        The text of that module, if there is no such file.

    Raises
    ------
    ValueError
        If an import or export has a form that is not used here: only ``import { a, b as c } from "./file.js";``,
        ``export const | class | function`` and, of the entry, ``export default`` are.
    graphlib.CycleError
        If modules import each other.
    """
    sources, graph, todo = {entry: source} if source else {}, {}, [entry]
    while todo:
        path = todo.pop()
        if path not in graph:
            if path not in sources:
                sources[path] = (_HERE / path).read_text(encoding="utf-8")
            graph[path] = [_resolve(path, target) for _, target in _IMPORT.findall(sources[path])]
            todo += graph[path]
    order = TopologicalSorter(graph).static_order()
    return "\n".join(_scoped(path, sources[path], is_entry=path == entry) for path in order)


def style(*paths):
    """Return style sheets, given by their paths below ``widgets/``, as one."""
    return "\n".join((_HERE / path).read_text(encoding="utf-8") for path in paths)


def _resolve(path, target):
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _name(path):
    """Return the constant that holds what the module at `path` exports: ``$js_dom`` for ``js/dom.js``."""
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))


def _scoped(path, source, is_entry):
    def imported(match):
        names = re.sub(r"(\w+) as (\w+)", r"\1: \2", " ".join(match[1].split()))
        return f"const {{ {names} }} = {_name(_resolve(path, match[2]))};\n"

    exported = [match[1] for match in _EXPORT.finditer(source)]
    body = _EXPORT.sub("", _IMPORT.sub(imported, source))
    if is_entry:
        body, has_default = _DEFAULT.subn("return ", body)
        head = "export default" if has_default else ""
    else:
        body = _DEFAULT.sub("void ", body)  # what it is as a whole is not wanted
        body, head = f"{body}return {{ {', '.join(exported)} }};\n", f"const {_name(path)} ="
    if found := _LEFT_OVER.search(body):
        raise ValueError(f"{path}: {found[0]!r} is a form of import or export that frontend.py does not join")
    return f"// {path}\n{head} (() => {{\n{body}}})();\n"
