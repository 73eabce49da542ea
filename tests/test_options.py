"""The words of an option are the same to type checkers and at run time."""

import re
import typing

import numpy as np
import pytest

import keras_multilabel as kml

Y = np.array([[1, 0], [0, 1]])
PAIR = (Y, Y)
# Where the type of an option is written, and a call that takes it.
OPTIONS = {
    "average": (
        kml.tune_thresholds,
        lambda word: kml.f1_score(*PAIR, average=word),
    ),
    "objective": (
        kml.tune_thresholds,
        lambda word: kml.tune_thresholds(*PAIR, word),
    ),
    "scores": (
        kml.MultiLabelScores.__init__,
        lambda word: kml.MultiLabelScores(2, scores=word),
    ),
    "metrics": (
        kml.MultiLabelMetrics.__init__,
        lambda word: kml.MultiLabelMetrics(PAIR, metrics=word),
    ),
    "scheme": (
        kml.compute_class_weight,
        lambda word: kml.compute_class_weight(Y, word),
    ),
    "reduce": (
        kml.compute_sample_weight,
        lambda word: kml.compute_sample_weight(Y, reduce=word),
    ),
    "on_unseen": (
        kml.encode_labels,
        lambda word: kml.encode_labels([["cat"]], ["cat"], on_unseen=word),
    ),
    "reduction": (
        kml.ZLPRLoss.__init__,
        lambda word: kml.ZLPRLoss(reduction=word),
    ),
}


def words_of(hint):
    """All words of the Literals in a type."""
    if typing.get_origin(hint) is typing.Literal:
        return set(typing.get_args(hint))
    return set().union(*map(words_of, typing.get_args(hint)))


def refusal(call, word):
    """What is said of a word that is not known; None if it is."""
    try:
        call(word)
    except ValueError as error:
        if re.search("must be|Expected one of", str(error)):
            return str(error)
    return None


@pytest.mark.parametrize("option", OPTIONS)
def test_the_words_of_the_type_are_those_that_are_accepted(option):
    function, call = OPTIONS[option]
    words = words_of(typing.get_type_hints(function)[option])
    assert {word: refusal(call, word) for word in words} == dict.fromkeys(words)
    # The error for another word names those that there are.
    named = set(re.findall(r"\w+", refusal(call, "makro")))
    assert {word for word in named if refusal(call, word) is None} <= words
