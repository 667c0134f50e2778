"""As drag.py, with a template of 133 points in hand: all but the dragged one follow in each frame."""

from __future__ import annotations

from drag import main

if __name__ == "__main__":
    main("drag_template", template=True)
