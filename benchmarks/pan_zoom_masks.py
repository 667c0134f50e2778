"""As pan_zoom.py, with a mask of painted pixels in each of the 50 instances, all of them shown."""

from __future__ import annotations

from pan_zoom import main

if __name__ == "__main__":
    main("pan_zoom_masks", masks=True)
