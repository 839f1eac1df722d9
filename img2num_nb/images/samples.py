"""Sample images that need no network: photographs from installed wheels, and one drawing of our own."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..errors import ImageError

SAMPLES = {
    "astronaut": "Portrait of Eileen Collins, 512 x 512 (NASA; scikit-image)",
    "chelsea": "Chelsea the cat, 451 x 300 (Stefan van der Walt; scikit-image)",
    "coffee": "A cup of coffee, warm browns, 600 x 400 (Rachel Michetti; scikit-image)",
    "rocket": "Rocket launch at night, 640 x 427, Adobe RGB converted to sRGB (SpaceX; scikit-image)",
    "hubble": "Hubble deep field, small coloured dots on black, 1000 x 872 (NASA, ESA; scikit-image)",
    "retina": "Retina, reds and oranges, 1411 x 1411 (scikit-image)",
    "ihc": "Stained tissue under the microscope, blue and brown, 512 x 512 (scikit-image)",
    "motorcycle": "A motorcycle in a workshop, 741 x 500 (Middlebury stereo 2014; scikit-image)",
    "china": "A temple in China under a blue sky, 640 x 427 (danielbuechele; scikit-learn)",
    "flower": "A flower before a dark background, 640 x 427 (vultilion; scikit-learn)",
    "shapes": "Three gradients with a circle, a rectangle and an ellipse, 400 x 300, drawn by numpy",
}

_FILES = {  # name: (package, path inside its wheel); the packages themselves need not be imported
    "astronaut": ("skimage", "data/astronaut.png"),
    "chelsea": ("skimage", "data/chelsea.png"),
    "coffee": ("skimage", "data/coffee.png"),
    "rocket": ("skimage", "data/rocket.jpg"),
    "hubble": ("skimage", "data/hubble_deep_field.jpg"),
    "retina": ("skimage", "data/retina.jpg"),
    "ihc": ("skimage", "data/ihc.png"),
    "motorcycle": ("skimage", "data/motorcycle_left.png"),
    "china": ("sklearn", "datasets/images/china.jpg"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
}


def sample_path(name):
    """Return the path of a photograph among `SAMPLES`; ImageError when the installed package lacks it."""
    package, inside = _FILES[name]
    path = Path(find_spec(package).origin).parent / inside
    if not path.is_file():
        raise ImageError(
            f"the sample {name!r} lies in the package {package} as {inside}, but this installation came without "
            f"that file; reinstall {package} from PyPI or conda-forge, or take the sample 'shapes'"
        )
    return path


def draw_shapes():
    """Draw 400 x 300 pixels: red grows along x, green along y, blue falls along x; three flat shapes on top.

    No anti-aliasing: a pixel belongs to a shape when its centre (x, y) does, so edges add no colours.
    """
    width, height = 400, 300
    x = np.arange(width)
    y = np.arange(height)[:, np.newaxis]
    image = np.empty((height, width, 3), np.uint8)
    image[..., 0] = (255 * x + (width - 1) // 2) // (width - 1)
    image[..., 1] = (255 * y + (height - 1) // 2) // (height - 1)
    image[..., 2] = 255 - image[..., 0]

    image[(x - 200) ** 2 + (y - 150) ** 2 <= 80**2] = (230, 60, 50)
    image[200:291, 30:151] = (50, 110, 220)

    turn = np.deg2rad(30)  # clockwise on the screen, as y points down
    along = (x - 330) * np.cos(turn) + (y - 230) * np.sin(turn)
    across = (y - 230) * np.cos(turn) - (x - 330) * np.sin(turn)
    image[(along / 60) ** 2 + (across / 40) ** 2 <= 1] = (250, 210, 60)
    return image
