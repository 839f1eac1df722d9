import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from PIL import Image
from test_evidence import results

from img2num_nb.reports import evidence, plots


@pytest.fixture
def rows():
    base = np.array([100.0, 200.0, 300.0])
    table = pd.concat(
        results({"a": base, "b": 2 * base}, sizes=(4, 8, 16), spread=0.05, start=i).assign(color_space=space)
        for i, space in enumerate(("srgb", "lab"))
    )
    return evidence.good(table.assign(delta_e_mean=table["mse"] / 10))


def draw(figure):
    """Return a figure as pixels: that it can be drawn is half of what is tested."""
    with Image.open(io.BytesIO(plots.png(figure, dpi=50))) as picture:
        return np.array(picture.convert("RGB"))


def test_pictures_keep_their_pixels_and_titles():
    images = [np.full((10, 20, 3), value, np.uint8) for value in (0, 255)]
    figure = plots.pictures(images, ["black", "costs $5 and $6"], title="two")
    drawn = [ax for ax in figure.axes if ax.get_images()]
    assert [ax.get_title(loc="left") for ax in drawn] == ["black", "costs $5 and $6"]
    np.testing.assert_array_equal(drawn[1].get_images()[0].get_array(), images[1])
    assert draw(figure).shape[2] == 3


def test_palettes_are_strips_of_their_colours():
    figure = plots.palettes([("one", "#ff0000 #0000ff"), ("two", "#00ff00")])
    strips = [ax.get_images()[0].get_array().tolist() for ax in figure.axes]
    assert strips == [[[[255, 0, 0], [0, 0, 255]]], [[[0, 255, 0]]]]
    draw(figure)


def test_points_are_means_over_images_and_bars_span_the_seeds(rows):
    one = rows[(rows["series"] == "a") & (rows["color_space"] == "lab")]
    figure = plots.against_k(one, ["mse"])
    line, _, (bars,) = figure.axes[0].containers[0]
    means = one.groupby(["k", "seed"])["mse"].mean().groupby("k")
    np.testing.assert_allclose(line.get_ydata().astype(float), means.mean().to_numpy())
    ends = np.array([np.asarray(segment, float)[:, 1] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends, means.agg(["min", "max"]).to_numpy())
    draw(figure)


def test_axes_have_units_and_panels_their_space(rows):
    figure = plots.against_k(rows, ["delta_e_mean", "mse"], "look here")
    assert figure.axes[0].get_ylabel() == "mean ΔE₂₀₀₀"
    assert figure.axes[2].get_ylabel() == "mean squared error (sRGB), levels²"
    assert [ax.get_title(loc="left") for ax in figure.axes[:2]] == ["srgb", "lab"]
    assert figure.get_suptitle() == "look here"
    assert "seconds" in plots.against_time(rows).axes[0].get_xlabel()


def test_a_way_has_one_colour_in_every_figure(rows):
    colors = {}
    for figure in (plots.against_time(rows), plots.stability(rows)):
        for handle, name in zip(*figure.axes[0].get_legend_handles_labels(), strict=True):
            color = handle.get_color() if hasattr(handle, "get_color") else handle.get_facecolor()[0][:3]
            colors.setdefault(name.split(",")[0], set()).add(to_hex(color))
        draw(figure)
    assert [len(found) for found in colors.values()] == [1, 1]


def test_the_ratio_of_two_spaces_is_the_geometric_mean(rows):
    table = rows.assign(mse=np.where(rows["color_space"] == "lab", 50.0, 100.0))
    figure = plots.beside(table, metrics=("mse",))
    spots = figure.axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(spots[:, 0], 0.5)
    draw(figure)


def test_a_picture_for_a_notebook_has_a_text_for_those_who_cannot_see_it(rows):
    shown = plots.show(plots.against_time(rows, title="what to see"))
    assert shown._repr_mimebundle_()[1]["image/png"]["alt"] == "what to see"
