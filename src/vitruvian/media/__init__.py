"""Pixels: images and frame-exact video from files. Knows nothing of labels."""

import av.logging

from vitruvian.media.files import IMAGES, VIDEOS, find_media, resolve_inside, sha256
from vitruvian.media.images import encode_jpeg, read_image, thumbnail
from vitruvian.media.probe import ImageReader, MediaInfo, open_frames, probe
from vitruvian.media.video import VideoReader
from vitruvian.media.video_index import VideoIndex

# FFmpeg would write its findings about damaged files to stderr; they reach people as MediaError instead. A level other
# than None calls back into Python from the decoder's threads, which can wait for each other for ever.
av.logging.set_level(None)

__all__ = [
    "IMAGES",
    "VIDEOS",
    "ImageReader",
    "MediaInfo",
    "VideoIndex",
    "VideoReader",
    "encode_jpeg",
    "find_media",
    "open_frames",
    "probe",
    "read_image",
    "resolve_inside",
    "sha256",
    "thumbnail",
]
