"""As drag.py, with a mask of painted pixels in each of the 50 instances: they must not slow the drag of a point."""

from __future__ import annotations

from drag import main

if __name__ == "__main__":
    main("drag_masks", masks=True)
