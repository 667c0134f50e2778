"""Run the server and Vite side by side; the page reloads as its sources change.

``python tools/dev.py [PROJECT]`` serves PROJECT (the demo's project when left out).
"""

import subprocess
import sys

from bundle import ROOT, WEB, install, npm


def main() -> int:
    project = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / ".cache/demo")
    install()
    command, environment = npm()
    vitruvian = [sys.executable, "-m", "vitruvian.cli"]
    serve = ["serve", project, "--port", "8765", "--no-open"]
    server = subprocess.Popen([*vitruvian, *serve], cwd=ROOT)
    try:
        print("Open the address printed below once; then http://127.0.0.1:5173 is the page that reloads", flush=True)
        return subprocess.run([*command, "run", "dev", "--silent"], cwd=WEB, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()


if __name__ == "__main__":
    sys.exit(main())
