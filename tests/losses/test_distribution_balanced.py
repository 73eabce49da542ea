"""DistributionBalancedLoss: bad frequencies and options."""

import numpy as np
import pytest

import keras_multilabel as kml

pytestmark = pytest.mark.keras


@pytest.mark.parametrize(
    ("frequency", "n_samples", "options", "message"),
    [
        ([[1, 2]], 5, {}, r"class_frequency must have the shape .*got \(1, 2\)"),
        ([], 5, {}, r"got \(0,\)"),
        ([1, 2], [5, 5, 5], {}, r"n_samples must be .*\(2,\); got \(3,\)"),
        ([1, 0], 5, {}, r"both excluded; got 0 of 5 at label 1.*np\.clip"),
        ([5, 1], 5, {}, "got 5 of 5 at label 0"),
        ([1, np.nan], 5, {}, "got nan of 5 at label 1"),
        ([1, 2], np.inf, {}, "got 1 of inf"),
        ([1, 2], 5, {"alpha": -1}, "alpha must be .* >= 0; got -1"),
        ([1, 2], 5, {"beta": -1}, "beta"),
        ([1, 2], 5, {"mu": np.nan}, "mu must be a finite number; got nan"),
        ([1, 2], 5, {"negative_scale": 0}, "negative_scale must be .* > 0; got 0"),
        ([1, 2], 5, {"kappa": -1}, "kappa"),
        ([1, 2], 5, {"gamma": -1}, "gamma"),
    ],
)
def test_bad_frequencies_and_options(frequency, n_samples, options, message):
    with pytest.raises(ValueError, match=message):
        kml.DistributionBalancedLoss(frequency, n_samples, **options)
