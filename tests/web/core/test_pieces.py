"""Pieces of pages are made once for what they show, and a key that says too little is found out."""

import pytest
from markupsafe import Markup

from qunluo.web.core.pieces import GAP, KeyTooNarrow, kept


def test_a_piece_is_filled_anew_for_each_page_and_what_fills_it_is_escaped():
    assert kept("test fill", caller=lambda: f"<b>{GAP}</b>", fill=["<i>"]) == "<b>&lt;i&gt;</b>"
    assert kept("test fill", caller=lambda: f"<b>{GAP}</b>", fill=[Markup("<i>")]) == "<b><i></b>"


def test_a_piece_that_shows_more_than_its_key_says_is_a_fault_in_tests():
    kept("test narrow", 1, caller=lambda: "Mei")
    assert kept("test narrow", 2, caller=lambda: "Lan") == "Lan"
    with pytest.raises(KeyTooNarrow):
        kept("test narrow", 1, caller=lambda: "Lan")


def test_a_piece_needs_as_many_fillings_as_it_has_gaps():
    with pytest.raises(ValueError, match="zip"):
        kept("test gaps", caller=lambda: f"{GAP}{GAP}", fill=["one"])
