"""What formats share whose instance is several records: gathered into instances, and written back record by record."""

from vitruvian.formats.grouped.merge import merge
from vitruvian.formats.grouped.own import own_fields, take_own
from vitruvian.formats.grouped.pictures import Picture, Shelf, pictures
from vitruvian.formats.grouped.said import Group, Record, Role, Said, Understood, build, gather, instance_of, place
from vitruvian.formats.grouped.values import finite, pairs, rectangle, text
from vitruvian.formats.grouped.write import Encoder, free_key, placed, shapeless, written

__all__ = [
    "Encoder",
    "Group",
    "Picture",
    "Record",
    "Role",
    "Said",
    "Shelf",
    "Understood",
    "build",
    "finite",
    "free_key",
    "gather",
    "instance_of",
    "merge",
    "own_fields",
    "pairs",
    "pictures",
    "place",
    "placed",
    "rectangle",
    "shapeless",
    "take_own",
    "text",
    "written",
]
