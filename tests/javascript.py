"""The widgets' JavaScript without a browser, run by deno."""

import json
import subprocess
from pathlib import Path

from deno import find_deno_bin

WIDGETS = Path(__file__).parent.parent / "img2num_nb" / "widgets"


def evaluate(path, expression, argument=None):
    """Return the value of a JavaScript expression, which uses what the module at `path` exports as `it`, and `argument`."""
    code = f"""import * as it from {json.dumps((WIDGETS / path).as_uri())};
    const argument = {json.dumps(argument)};
    console.log(JSON.stringify({expression}));"""
    command = [find_deno_bin(), "run", "--quiet", "--no-config", "--no-remote", "--no-check", "-"]
    done = subprocess.run(command, input=code, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
