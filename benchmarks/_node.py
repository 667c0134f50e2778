"""The page's own TypeScript, bundled and run by node."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

WEB = Path(__file__).resolve().parents[1] / "web"


def run(script: str, job: Any) -> Any:
    """Return the JSON that ``web/benchmarks/SCRIPT.ts`` prints when it is given `job`."""
    with tempfile.TemporaryDirectory() as folder:
        build = ["npx", "vite", "build", "--ssr", f"benchmarks/{script}.ts", "--outDir", folder, "--logLevel", "warn"]
        subprocess.run([*build, "--emptyOutDir"], cwd=WEB, check=True, stdout=subprocess.DEVNULL)
        asked = Path(folder, "job.json")
        asked.write_text(json.dumps(job))
        command = ["node", Path(folder, f"{script}.js"), asked]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)
