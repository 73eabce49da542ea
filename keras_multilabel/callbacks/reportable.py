"""The parts of a validation that its report needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from keras_multilabel.evaluation.predicted import Predicted
from keras_multilabel.metrics.samples import Samples

if TYPE_CHECKING:
    from keras_multilabel.evaluation.report import EvaluationReport


@dataclass(frozen=True, eq=False)
class Reportable:
    """Rows with their predictions, and how these came about.

    Attributes:
        samples: Truth, scores and weights.
        predicted: Predictions, and their thresholds.
        label_names: The labels' names, or None.
        zero_division: The score of a label where it is 0 / 0.
        n_samples: Number of samples, including those without known entries.
    """

    samples: Samples
    predicted: Predicted
    label_names: list[Any] | None
    zero_division: float
    n_samples: int

    def report(
        self,
        groups: npt.ArrayLike | None,
        images: Iterable[Any] | None,
        confidence: float,
    ) -> EvaluationReport:
        """Make the report."""
        # Imported only when a report is asked for; a fit does without.
        from keras_multilabel.evaluation.assembly import (
            assemble,
            check_groups,
            check_images,
        )

        return assemble(
            self.samples,
            self.predicted,
            has_scores=True,
            label_names=self.label_names,
            groups=check_groups(groups, self.n_samples, self.samples.sample),
            images=check_images(images, self.n_samples, self.samples.sample),
            zero_division=self.zero_division,
            confidence=confidence,
        )
