"""Open ONNX models with onnxruntime, saying plainly what is missing when that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_INSTALL = "pip install vitruvian[models]"


def weights(name: str) -> Path:
    """Return the file of a model of the weights package.

    Raises
    ------
    ModelError
        The package is not installed, has no such model, or lacks its file.
    """
    try:
        import vitruvian_models  # noqa: PLC0415  an optional extra of 30 MB
    except ImportError:
        raise ModelError("The model weights are not installed", where=name, hint=_INSTALL) from None
    try:
        return Path(vitruvian_models.path(name))
    except KeyError as error:
        raise ModelError(str(error.args[0]), where=name) from None
    except FileNotFoundError as error:
        raise ModelError(str(error), where=name, hint=f"{_INSTALL} --force-reinstall") from None


def open_session(path: Path, *, threads: int = 1) -> InferenceSession:
    """Load an ONNX model for the CPU.

    Parameters
    ----------
    path : Path
    threads : int
        Threads of one inference. Two rarely beat one on these small models; run more workers instead.

    Returns
    -------
    InferenceSession
        Safe to run from several threads at once.

    Raises
    ------
    ModelError
        onnxruntime is not installed, or the file is absent, truncated or no ONNX model.
    """
    try:
        import onnxruntime  # noqa: PLC0415  an optional extra
    except ImportError:
        raise ModelError("onnxruntime is not installed", where=str(path), hint=_INSTALL) from None
    if not path.is_file():
        raise ModelError("There is no such model file", where=str(path))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Idle workers that spin take the core from the others: twice as slow on a busy machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions share no base class but this
        raise ModelError(
            "This file cannot be loaded as an ONNX model",
            where=str(path),
            hint=f"it may be damaged: {_INSTALL} --force-reinstall" if "vitruvian_models" in str(path) else "",
            details={"reason": str(error)[:500]},
        ) from error


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep OpenCV from spreading each call over all cores, where several workers share them already."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


class Model:
    """An ONNX model that is opened at its first run and travels to other processes as its path.

    Parameters
    ----------
    path : Path
    threads : int

    Raises
    ------
    ModelError
        From the first run, as :func:`open_session`.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self.path = path
        self.threads = threads
        self._session: InferenceSession | None = None

    @property
    def session(self) -> InferenceSession:
        # Two threads may both open it at the first run; either session will do.
        if self._session is None:
            self._session = open_session(self.path, threads=self.threads)
        return self._session

    def run(self, tensor: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """Return the outputs by name for a model of one input."""
        session = self.session
        (given,) = session.get_inputs()
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, {given.name: tensor}), strict=True))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_session": None}
