"""Strict YAML and JSON files: no key twice, numbers as people write them, an error with its line."""

import json
import os
import re
from itertools import chain
from pathlib import Path

import yaml

from ..errors import check_choice, shown
from ..files.atomic import open_regular

MAX_VALUES = 1_000_000  # in a file


class FileError(ValueError):
    """The text is not YAML or JSON; ``line`` says where, from 1, or is None."""

    def __init__(self, message, line=None):
        super().__init__(message)
        self.line = line


#: PyYAML's loader on libyaml, which most installations have, is five times as fast as the one without.
BaseLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(BaseLoader):
    """YAML in which a key given twice is an error, a few lines cannot stand for billions of values, and values are those of YAML 1.2.

    So 010 is ten, and 1:30, no and dates are text.
    """

    def get_single_node(self):
        root = super().get_single_node()
        _check_keys(root)
        if _size(root, {}) > MAX_VALUES:
            raise FileError(f"its aliases (*name) stand for more than {MAX_VALUES:,} values: write fewer")
        return root

    def construct_object(self, node, deep=False):
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, AttributeError, TypeError, OverflowError) as error:
            if isinstance(error, FileError):
                raise
            tag = node.tag.rpartition(":")[2]
            raise FileError(
                f"{shown(node.value)} cannot be read as {tag}", node.start_mark.line + 1
            ) from None


def _check_keys(root):
    """Raise FileError for a key that is given twice in its mapping, or is no text or number."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
            continue
        keys = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise FileError("a key must be text or a number, not a list or a mapping", line)
            if key.value in keys:
                raise FileError(f"{shown(key.value)} is given twice", line)
            keys.add(key.value)
            waiting.append(value)


def _integer(loader, node):
    text = loader.construct_scalar(node).replace("_", "")
    sign, digits = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2].lower(), 10)
    return sign * int(digits[2:] if base != 10 else digits, base)


def _float(loader, node):
    return float(loader.construct_scalar(node).lower().replace(".inf", "inf").replace(".nan", "nan"))


def _boolean(loader, node):
    return {"true": True, "false": False}[loader.construct_scalar(node).lower()]


def _size(node, known):
    """Return the number of values that a node stands for, each alias counted in full."""
    if id(node) not in known:
        known[id(node)] = 0  # if it holds itself
        parts = node.value if isinstance(node, yaml.CollectionNode) else ()
        parts = chain.from_iterable(parts) if isinstance(node, yaml.MappingNode) else parts
        known[id(node)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(node)]


class _Dumper(yaml.SafeDumper):
    """Safe YAML that quotes text which `_Loader` would take for a number."""

    def ignore_aliases(self, data):
        return True

    def represent_str(self, data):  # PyYAML loses bare line ends of other scripts, such as U+0085
        return self.represent_scalar("tag:yaml.org,2002:str", data, None if data.isprintable() else '"')


_Dumper.add_representer(str, _Dumper.represent_str)

#: Tag -> the text that stands for its values, and the characters that it may begin with: the core schema of YAML 1.2.
_VALUES = {
    "bool": ("true|True|TRUE|false|False|FALSE", "tTfF"),
    "float": (
        r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
    "int": ("[-+]?[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "null": ("~|null|Null|NULL|", ["~", "n", "N", ""]),
    "merge": ("<<", "<"),
}
_Loader.yaml_implicit_resolvers = {}
for _tag, (_pattern, _first) in _VALUES.items():
    for _class in _Loader, _Dumper:  # the dumper quotes what either version of YAML would not take for text
        _class.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), list(_first)
        )
_READERS = {"int": _integer, "float": _float, "bool": _boolean}
for _tag in "timestamp", "binary", "omap", "pairs", "set":
    _READERS[_tag] = _Loader.construct_undefined
for _tag, _reader in _READERS.items():
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _reader)


def read(path):
    """Return what a file holds.

    Parameters
    ----------
    path : path
        JSON if it ends in ``.json``, else YAML.

    Raises
    ------
    FileError
        If it holds neither.
    """
    with open_regular(os.path.expanduser(path)) as file:
        data = file.read()
    try:
        text = data.decode("utf-8-sig")
        if Path(path).suffix.lower() == ".json":
            return json.loads(text, object_pairs_hook=_unique)
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        deep = "nesting depth" in str(error.problem)
        what = "lists or mappings are nested too deep" if deep else error.problem or "it is not YAML"
        raise FileError(what, mark and mark.line + 1) from None
    except yaml.reader.ReaderError as error:  # a control character, or bytes that are no text
        before = text.encode(errors="surrogatepass")[: error.position]
        raise FileError("not a text file: it holds a control character", before.count(b"\n") + 1) from None
    except json.JSONDecodeError as error:
        raise FileError(error.msg, error.lineno) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FileError(f"not a text file: {error}") from None
    except RecursionError:
        raise FileError("lists or mappings are nested too deep") from None


def text(path, data):
    """Return `data` as the text of a file named `path`: ``.yaml``, ``.yml`` or ``.json``."""
    suffix = check_choice(
        "the ending of a settings file", Path(path).suffix.lower(), (".yaml", ".yml", ".json")
    )
    if suffix == ".json":
        return json.dumps(data, indent=2) + "\n"
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)


def _unique(pairs):
    content = {}
    for key, value in pairs:
        if key in content:
            raise FileError(f"a key is given twice: {shown(key)}")
        content[key] = value
    return content
