"""The settings as flags of a command: one each, with its help, limits and default from the vocabulary."""

import inspect
from typing import Annotated

import typer

from .. import vocabulary

#: Settings whose values are names: a flag's help lists them.
NAMES = {
    "color_space": vocabulary.COLOR_SPACES,
    "method": vocabulary.METHODS,
    "dither": {name: term for name, term in vocabulary.DITHERS.items() if name != "none"},
    "paper": vocabulary.PAPERS,
    "orientation": vocabulary.ORIENTATIONS,
    "page": vocabulary.PAGES,
}


def with_flags(table):
    """Return a decorator: it gives a command that takes ``**given`` a flag for every `Setting` of a table; None where not given.

    Flags stand after the command's arguments and before its own options.
    """

    def decorate(command):
        signature = inspect.signature(command)
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        flags = [_flag(name, setting) for name, setting in table.items()]
        place = max(1, sum(p.default is p.empty for p in own))  # after what a command must have
        command.__signature__ = signature.replace(parameters=[*own[:place], *flags, *own[place:]])
        command.__annotations__ = {p.name: p.annotation for p in command.__signature__.parameters.values()}
        return command

    return decorate


#: A flag for every setting but the method's options.
with_settings = with_flags(
    {name: vocabulary.SETTINGS[name] for name in vocabulary.COMMAND_ORDER if name != "options"}
)


def _flag(name, setting):
    example = setting.low if setting.default is None else setting.default
    kind = type(example) if isinstance(example, int | float) else str
    usual = "none" if setting.default in (None, ()) else setting.default
    names = f" One of {vocabulary.listed(NAMES[name])}." if name in NAMES else ""
    unit = f" {setting.unit.capitalize()}." if setting.unit else ""
    option = typer.Option(
        *(setting.flags or (setting.flag(name),)),
        metavar=setting.metavar,
        help=f"{setting.help}{unit}{names} (default: {usual})",
    )
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=Annotated[kind | None, option]
    )
