"""The kernelspecs that the front sees."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from multikernel.settings import kernel_spec_manager


@pytest.mark.parametrize("folder", ["", "elsewhere"])
def test_kernelspecs_are_looked_for_where_jupyter_does(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("IPYTHONDIR", raising=False)
    if folder:
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path / folder))
    assert kernel_spec_manager().kernel_dirs == KernelSpecManager().kernel_dirs


def test_ipython_is_not_imported_to_find_them() -> None:
    code = "import sys, multikernel.settings as s; s.installed_kernelspecs(); sys.exit('IPython' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ, check=False).returncode == 0
