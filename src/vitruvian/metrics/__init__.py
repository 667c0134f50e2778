"""How alike labels are, and how good. Arrays in, arrays out."""

from vitruvian.metrics.oks import oks

__all__ = ["oks"]
