"""Tiles of files larger than memory: the pixels that `load_image` gives, bit for bit, or a refusal that says why."""

import numpy as np
import pytest
import tifffile
import zarr
from PIL import Image, ImageCms

import img2num_nb as nb
from img2num_nb.errors import ImageError
from img2num_nb.tiled import tiles

IMAGE = nb.sample_image("coffee")[:96, :128]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def by_tifffile(array=IMAGE, **options):
    return lambda path: tifffile.imwrite(path, array, **({"photometric": "rgb"} | options))


def by_pillow(image=None, **options):
    return lambda path: (image or Image.fromarray(IMAGE)).save(path, "TIFF", **options)


EQUAL = {
    "plain": by_tifffile(),
    "deflate": by_tifffile(compression="zlib"),
    "LZW": by_pillow(compression="tiff_lzw"),
    "zstd": by_tifffile(compression="zstd"),
    "PackBits": by_pillow(compression="packbits"),
    "predictor": by_tifffile(compression="zlib", predictor=True),
    "tiles": by_tifffile(tile=(32, 32)),
    "JPEG, RGB": by_tifffile(compression="jpeg"),
    "gray": by_tifffile(IMAGE[..., 1], photometric="minisblack"),
    "sRGB profile": by_tifffile(iccprofile=SRGB),
    "big-endian": by_tifffile(byteorder=">"),
}
REFUSED = {
    "white is zero": (by_tifffile(IMAGE[..., 1], photometric="miniswhite"), "channels of kind MINISWHITE"),
    "alpha": (by_tifffile(np.dstack([IMAGE, IMAGE[..., :1]]), extrasamples=["unassalpha"]), "4 channels"),
    "16 bits": (by_tifffile(IMAGE.astype(np.uint16) * 257), "samples of 16 bits"),
    "planes": (by_tifffile(np.moveaxis(IMAGE, -1, 0).copy(), planarconfig="separate"), "separate planes"),
    "palette": (by_pillow(Image.fromarray(IMAGE).quantize(16)), "channels of kind PALETTE"),
    "CIELAB": (by_tifffile(photometric="cielab"), "channels of kind CIELAB"),
    "CMYK": (
        by_tifffile(np.dstack([IMAGE, IMAGE[..., :1]]), photometric="separated"),
        "4 channels of kind SEPARATED",
    ),
    "turned": (by_tifffile(extratags=[(274, 3, 1, 6, True)]), r"is turned \(orientation 6\)"),
    "signed": (by_tifffile(IMAGE.view(np.int8)), "samples of 8 bits, kind int8"),
}


@pytest.mark.parametrize("kind", EQUAL)
def test_tiles_are_what_load_image_gives(kind, tmp_path):
    path = str(tmp_path / "image.tif")
    EQUAL[kind](path)
    expected = nb.load_image(path)
    (height, width), _ = tiles.lay_out(path)
    assert (height, width) == IMAGE.shape[:2]
    for top, left in (0, 0), (40, 64):
        part = tiles.read(path, (top, top + 40, left, left + 64))
        np.testing.assert_array_equal(part, expected[top : top + 40, left : left + 64])


@pytest.mark.parametrize("kind", REFUSED)
def test_what_tiles_would_show_wrongly_is_refused_and_load_image_reads_it(kind, tmp_path):
    write, why = REFUSED[kind]
    path = str(tmp_path / "image.tif")
    write(path)
    with pytest.raises(ImageError, match=why):
        tiles.lay_out(path)
    if kind != "signed":  # which needs its value_range
        assert nb.load_image(path).ndim == 3  # the remedy that the refusal names


def test_a_zarr_array_is_read_and_a_group_names_its_arrays(tmp_path):
    group = zarr.open_group(tmp_path / "image.zarr", mode="w")
    group.create_array("0", data=IMAGE, chunks=(32, 32, 3))
    path = str(tmp_path / "image.zarr" / "0")
    np.testing.assert_array_equal(tiles.read(path, (0, 96, 0, 128)), IMAGE)
    with pytest.raises(ImageError, match=r"is a Zarr group \(0\): name one of its arrays"):
        tiles.lay_out(str(tmp_path / "image.zarr"))
