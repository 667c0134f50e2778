"""Run npm in the web folder, with the Node that the build uses: ``python tools/npm.py run lint``.

With ``--after-changes`` before npm's arguments, a command that passed is not run again until something in web/ changes.
"""

import subprocess
import sys

from bundle import ROOT, WEB, digest, install, npm

PASSED = ROOT / ".cache/passed"
#: What is made from the rest, or says nothing about it.
LEFT_OUT = ("node_modules",)


def main() -> int:
    arguments = sys.argv[1:]
    after_changes = "--after-changes" in arguments[:1]
    arguments = arguments[after_changes:]
    stamp = PASSED / f"npm-{'-'.join(arguments).replace('/', '_')}"
    today = digest(tuple(sorted(path.name for path in WEB.iterdir() if path.name not in LEFT_OUT)))
    if after_changes and stamp.exists() and stamp.read_text() == today:
        print(f"npm {' '.join(arguments)}: passed, and web/ has not changed since")
        return 0
    install()
    command, environment = npm()
    done = subprocess.run([*command, "--silent", *arguments], cwd=WEB, env=environment, check=False)
    if after_changes:
        stamp.unlink(missing_ok=True)
        if done.returncode == 0:
            PASSED.mkdir(parents=True, exist_ok=True)
            stamp.write_text(today)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
