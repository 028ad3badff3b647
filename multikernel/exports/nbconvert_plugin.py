"""Makes nbconvert use Multi's preprocessor without an option.

nbconvert has entry points for exporters and none for preprocessors. It calls each exporter when it lists them, which
`jupyter nbconvert` does as it starts, and JupyterLab before it shows its menu; this one is called then, and is none.
docs/adr/0023-exports.md says why this is the way.
"""

from types import SimpleNamespace
from typing import Any

from nbconvert.exporters import Exporter

PREPROCESSOR = "multikernel.exports.preprocessor.MultiPreprocessor"


def register(config: Any = None) -> SimpleNamespace:
    """Put the preprocessor before nbconvert's own; return what nbconvert takes for a disabled exporter.

    Where nbconvert keeps its defaults in another way, nothing happens: Multi must not break anybody's exports.
    """
    defaults = getattr(Exporter.__dict__.get("default_preprocessors"), "default_args", None)
    if defaults and isinstance(defaults[0], list) and PREPROCESSOR not in defaults[0]:
        defaults[0].insert(0, PREPROCESSOR)
    return SimpleNamespace(enabled=False)
