"""The one door for images: everything becomes (H, W, 3) uint8 sRGB here, or an error that says why not."""

from .arrays import validate_image
from .load import ImageWarning, Preview, image_sha256, load_image, preview, sample_image
from .png import png_bytes, save_png
from .profile import is_srgb
from .samples import SAMPLES
from .sources import SAMPLE, STANDARD, expand_images, file_bytes, open_image
from .write import image_bytes

__all__ = [
    "SAMPLE",
    "SAMPLES",
    "STANDARD",
    "ImageWarning",
    "Preview",
    "expand_images",
    "file_bytes",
    "image_bytes",
    "image_sha256",
    "is_srgb",
    "load_image",
    "open_image",
    "png_bytes",
    "preview",
    "sample_image",
    "save_png",
    "validate_image",
]
