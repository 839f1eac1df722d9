"""Strict YAML and JSON files: no key twice, numbers as people write them, an error with its line."""

import json
import re
from itertools import chain
from pathlib import Path

import yaml

from ..errors import check_choice
from ..files.atomic import open_regular

MAX_VALUES = 1_000_000  # in a file


class FileError(ValueError):
    """The text is not YAML or JSON; ``line`` says where, from 1, or is None."""

    def __init__(self, message, line=None):
        super().__init__(message)
        self.line = line


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a key given twice is an error, not a silent loss, and a few lines cannot stand for billions of values."""

    def get_single_node(self):
        root = super().get_single_node()
        if _size(root, {}) > MAX_VALUES:
            raise FileError(f"its aliases (*name) stand for more than {MAX_VALUES:,} values: write fewer")
        return root

    def compose_mapping_node(self, anchor):
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise FileError(f"{key.value!r} is given twice", key.start_mark.line + 1)
            seen.add(str(key.value))
        return node


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

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+$")
for _class in _Loader, _Dumper:  # YAML 1.1 reads 1e-4 as text; everybody means the number
    _class.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-+.0123456789"))


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
    with open_regular(path) as file:
        data = file.read()
    try:
        text = data.decode("utf-8-sig")
        if Path(path).suffix.lower() == ".json":
            return json.loads(text, object_pairs_hook=_unique)
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        raise FileError(error.problem, error.problem_mark.line + 1) from None
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
    content = dict(pairs)
    if len(content) < len(pairs):
        raise FileError(f"a key is given twice among {', '.join(repr(key) for key, _ in pairs)}")
    return content
