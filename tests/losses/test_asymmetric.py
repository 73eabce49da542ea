"""AsymmetricLoss: without asymmetry it is focal loss; bad options."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_multilabel as kml
from tests.losses.cases import WRONG_BY_FAR

pytestmark = pytest.mark.keras


def test_without_asymmetry_it_is_focal_loss(rng):
    y_true = rng.integers(0, 2, (30, 4)).astype("float32")
    y_pred = rng.random((30, 4)).astype("float32")
    ours = kml.AsymmetricLoss(2, 2, 0)
    keras_own = keras.losses.BinaryFocalCrossentropy(gamma=2)
    assert float(ours(y_true, y_pred)) == pytest.approx(
        float(keras_own(y_true, y_pred)), rel=1e-5
    )


def test_wrong_by_far():
    """A value that is known without computing it: 1 - p_m is clip = 0.05."""
    expected = (1e4 - 0.95**4 * np.log(0.05)) / 4
    loss = kml.AsymmetricLoss(from_logits=True)
    assert float(loss(*WRONG_BY_FAR)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gamma_neg": -1}, "gamma_neg must be .* >= 0; got -1"),
        ({"gamma_pos": np.inf}, "gamma_pos must be a finite .*inf"),
        ({"gamma_pos": np.nan}, "gamma_pos must be .*got nan"),
        ({"clip": 1}, "clip must be .* >= 0 and < 1; got 1"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kml.AsymmetricLoss(**options)


@pytest.mark.parametrize("clip", [1e-6, 1e-3, 0.05, 0.3, 0.5, 0.9])
def test_negatives_next_to_the_clip_do_not_gain(clip):
    """By rounding, 1 - p + clip may not be above 1 where p is above the clip."""
    bits = np.float32(clip).view(np.int32) + np.arange(-2000, 2000, dtype=np.int32)
    p = bits.view(np.float32)[:, None]
    loss = kml.AsymmetricLoss(gamma_neg=0.5, clip=clip, reduction=None)
    losses = ops.convert_to_numpy(loss(np.zeros_like(p), p))
    assert (losses >= 0).all()
    assert (losses[p[:, 0] <= np.float32(clip)] == 0).all()
