"""Vitruvian: keypoint annotation. ``import vitruvian as vt`` is the library for a notebook."""

from vitruvian.labels import Category, Dataset, Instance, Keypoint, Ontology, Poses, Skeleton, Visibility

__version__ = "0.1.0"

__all__ = ["Category", "Dataset", "Instance", "Keypoint", "Ontology", "Poses", "Skeleton", "Visibility", "__version__"]
