"""Predictions, tables and the stopwatch of the lessons."""

import numpy as np
import pytest

from img2num_nb.lessons.classroom import check, table, timed


def test_without_a_prediction_the_answer_stays_hidden():
    shown = check(None, 42, "Because.").data
    assert shown.startswith("**Your turn.**")
    assert "42" not in shown and "Because" not in shown


@pytest.mark.parametrize("prediction, truth", [(3, 3), (3.0, 3), ("C2", "C2"), (np.int64(3), 3), (1, 1.0)])
def test_a_right_prediction_is_told_so_with_the_reason(prediction, truth):
    assert check(prediction, truth, "Because.").data.endswith(". Because.")
    assert check(prediction, truth, "Because.").data.startswith("**Right:**")


@pytest.mark.parametrize("prediction, truth", [(4, 3), ("C1", "C2"), ("4", 3), (3.01, 3)])
def test_a_wrong_prediction_sees_both_and_the_reason(prediction, truth):
    shown = check(prediction, truth, "Because.").data
    assert shown.startswith("**Not this time.**")
    assert str(prediction) in shown and str(truth) in shown and "Because." in shown


@pytest.mark.parametrize("prediction, truth", [("c2 ", "C2"), ("Yes", "yes"), ("3", 3)])
def test_capitals_and_quotes_do_not_make_a_prediction_wrong(prediction, truth):
    assert check(prediction, truth, "").data.startswith("**Right")


def test_an_estimate_counts_as_right_within_its_tolerance():
    assert check(0.6, 0.607, "", within=0.1).data.startswith("**Right")
    assert check(0.5, 0.607, "", within=0.1).data.startswith("**Not")


def test_a_table_has_a_row_each_and_numbers_to_the_right():
    lines = table([{"space": "lab", "error": 1234.5}, {"space": "srgb", "error": 0.12345}]).data.splitlines()
    assert lines == ["| space | error |", "| :-- | --: |", "| lab | 1,234 |", "| srgb | 0.123 |"]


def test_a_table_shows_whole_numbers_in_full():
    assert table([{"pixels": np.int64(1_234_567)}]).data.splitlines()[-1] == "| 1,234,567 |"


def test_the_stopwatch_returns_the_quickest_call_and_the_last_result():
    calls = []
    seconds, result = timed(lambda: calls.append(0) or len(calls), repeat=3)
    assert result == 3
    assert seconds >= 0
