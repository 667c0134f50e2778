"""Run npm in the web folder, with the Node that the build uses: ``python tools/npm.py run lint``."""

import subprocess
import sys

from bundle import WEB, install, npm


def main() -> int:
    install()
    command, environment = npm()
    return subprocess.run([*command, "--silent", *sys.argv[1:]], cwd=WEB, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
