"""`LabelCalibrator`: scores of a network -> probabilities, label by label."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from keras_multilabel.calibration.logistic import fit_logistic
from keras_multilabel.calibration.logits import log_odds, terms_of
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.utils.arguments import (
    Array,
    blank_unknown,
    check_matrix,
    check_probabilities,
    check_scores,
    check_word,
    sides,
)
from keras_multilabel.utils.parallel import map_threads

Method = Literal["platt", "temperature", "beta"]
N_SLOPES = {"platt": 1, "temperature": 1, "beta": 2}
REMEDY = "Of logits, pass from_logits=True."


class LabelCalibrator(BaseEstimator):
    """Turns scores into calibrated probabilities, with two numbers per label.

    Of the samples with the score 0.3, three in ten should be positive. Scores of
    networks seldom are like that, least of all after training with weights or on other
    frequencies. Fit the calibrator to scores of samples that the network was not
    trained on.

    The order of a label's scores does not change, nor do its average precision and ROC
    AUC. Rare labels hardly change: ``strength`` pulls them to their original scores.

    Args:
        method: ``"platt"``: ``sigmoid(slope * logit + intercept)`` for each label.
            ``"temperature"``: one slope for all labels, and no intercept. ``"beta"``:
            ``sigmoid(a log p - b log(1 - p) + c)`` for each label.
        strength: How strongly slopes are pulled to 1 and intercepts to 0, in samples:
            half of it times the squared distance is added to the log loss of all
            samples.
        from_logits: Whether scores are logits; else they are probabilities.

    Attributes:
        coef_: Slopes, shape (n_slopes, n_labels).
        intercept_: Shape (n_labels,).
        n_features_in_: The number of labels.

    References:
        J. Platt, "Probabilistic outputs for support vector machines", 1999.

        C. Guo et al., "On calibration of modern neural networks", ICML 2017.

        M. Kull et al., "Beta calibration", AISTATS 2017.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> rng = np.random.default_rng(0)
        >>> probability = rng.uniform(size=(1000, 2))
        >>> y_true = rng.uniform(size=(1000, 2)) < probability
        >>> y_score = probability**3  # too low throughout
        >>> calibrator = kml.LabelCalibrator().fit(y_score, y_true)
        >>> before = kml.calibration_error(y_true, y_score)
        >>> after = kml.calibration_error(y_true, calibrator.predict_proba(y_score))
        >>> bool(before > 0.2 and after < 0.06)
        True
    """

    coef_: Array
    intercept_: Array
    n_features_in_: int

    def __init__(
        self,
        method: Method = "platt",
        strength: float = 5.0,
        *,
        from_logits: bool = False,
    ):
        self.method = method
        self.strength = strength
        self.from_logits = from_logits

    def fit(
        self,
        X: npt.ArrayLike,  # noqa: N803
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> LabelCalibrator:
        """Fit to scores and truth.

        Args:
            X: Scores, shape (n_samples, n_labels).
            y: Multi-hot truth, same shape: 0 and 1, and -1 or NaN where unknown (left
                out). The scores of a label without known entries stay unchanged.
            sample_weight: Shape (n_samples,). A weight of 2 counts the sample twice.

        Returns:
            Itself.

        Raises:
            TypeError: If an argument does not hold numbers.
            ValueError: If shapes differ, scores are NaN or not probabilities, truth is
                not 0, 1 or unknown, or an option is out of range.
        """
        check_word("method", self.method, Method)
        if not 0 <= self.strength < np.inf:
            raise ValueError(
                f"strength must be a number, not below 0; got {self.strength!r}."
            )
        samples = Samples.of(y, X, sample_weight)
        y_score = blank_unknown(samples.y_score, samples.truth)
        if not self.from_logits:
            y_score = check_probabilities(y_score, "X", REMEDY)
        logits = log_odds(y_score, from_logits=self.from_logits)
        positive, known = sides(samples.truth)
        weight = np.ones(len(logits)) if samples.weight is None else samples.weight
        known = np.ones_like(positive) if known is None else known
        if self.method == "temperature":
            theta = self._of_all(logits, positive, known * weight[:, None])
        else:
            theta = self._of_each(logits, positive, known, weight)
        self.coef_, self.intercept_ = theta[:-1], theta[-1]
        self.n_features_in_ = logits.shape[1]
        return self

    def _of_each(
        self, logits: Array, positive: Array, known: Array, weight: Array
    ) -> Array:
        """Slopes and intercepts, shape (n_slopes + 1, n_labels)."""
        prior = np.append(np.ones(N_SLOPES[self.method]), 0.0)

        def fit(label: int) -> Array:
            rows = known[:, label] == 1
            slopes = terms_of(logits[rows, label], len(prior) - 1)
            terms = np.stack([*slopes, np.ones(rows.sum())])
            truth = positive[rows, label]
            return fit_logistic(terms, truth, weight[rows], prior, self.strength)

        fitted = map_threads(fit, range(logits.shape[1]), entries=logits.size)
        return np.stack(fitted, axis=1)

    def _of_all(self, logits: Array, positive: Array, weight: Array) -> Array:
        """One slope for all labels; the intercept, pulled without limit, is 0."""
        terms = np.stack([logits.ravel(), np.zeros(logits.size)])
        prior = np.array([1.0, 0.0])
        slope, _ = fit_logistic(
            terms, positive.ravel(), weight.ravel(), prior, self.strength
        )
        return np.tile([[slope], [0.0]], logits.shape[1])

    def predict_proba(self, X: npt.ArrayLike) -> Array:  # noqa: N803
        """Return probabilities of scores.

        Args:
            X: Scores, shape (n_samples, n_labels), of the kind used in `fit`.

        Returns:
            Probabilities, float64, same shape.

        Raises:
            NotFittedError: If it is not fitted.
            ValueError: If scores have another number of labels, or are NaN or not
                probabilities.
        """
        check_is_fitted(self)
        y_score = check_scores(check_matrix(X, "X"))
        if y_score.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X must have {self.n_features_in_} columns, one per label that the "
                f"calibrator was fitted to; got {y_score.shape[1]}."
            )
        if not self.from_logits:
            check_probabilities(y_score, "X", REMEDY)
        logits = log_odds(y_score, from_logits=self.from_logits)
        terms = terms_of(logits, len(self.coef_))
        margin = self.intercept_ + sum(
            slope * term for slope, term in zip(self.coef_, terms, strict=True)
        )
        probability: Array = 0.5 * (1 + np.tanh(0.5 * margin))
        return probability

    def to_layer(self) -> Any:
        """Return a Keras layer that gives the same probabilities, in float32.

        It is a small model of Keras's own operations, to put on the output of another:
        ``keras.Model(model.inputs, layer(model.outputs[0]))``. Its file loads where
        only Keras is installed.
        """
        check_is_fitted(self)
        from keras_multilabel.calibration.operations import as_layer

        return as_layer(self.coef_, self.intercept_, from_logits=self.from_logits)
