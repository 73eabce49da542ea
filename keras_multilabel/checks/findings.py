"""The findings of `check_setup`: values that read well in a terminal."""

import textwrap
from dataclasses import dataclass

from keras_multilabel.utils.options import Severity


@dataclass(frozen=True)
class Finding:
    """One mistake in the set-up of a model and its data.

    Attributes:
        name: The mistake: for example ``"class_weight_argmax"``.
        severity: ``"error"`` if training or its numbers would be wrong, ``"warning"``
            if it is worth a look.
        problem: What is wrong.
        why: Why it matters, with a number from the data where there is one.
        remedy: How to fix it.

    Example:
        >>> import keras_multilabel as kml
        >>> finding = kml.Finding(
        ...     "no_positives", "warning", "No positive of 'dog' in the 80 rows.",
        ...     why="A label that is never seen cannot be learned.",
        ...     remedy="Split with multilabel_train_test_split.",
        ... )
        >>> print(finding)
        warning: No positive of 'dog' in the 80 rows. [no_positives]
          Why:  A label that is never seen cannot be learned.
          Fix:  Split with multilabel_train_test_split.
    """

    name: str
    severity: Severity
    problem: str
    why: str
    remedy: str

    def __str__(self) -> str:
        parts = (
            (f"{self.severity}: ", f"{self.problem} [{self.name}]"),
            ("  Why:  ", self.why),
            ("  Fix:  ", self.remedy),
        )
        return "\n".join(_wrapped(start, text) for start, text in parts)


def _wrapped(start: str, text: str) -> str:
    indent = " " * (8 if start.startswith(" ") else 2)
    return textwrap.fill(
        text,
        width=80,
        initial_indent=start,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


class Findings(list[Finding]):
    """A list of findings that prints as a text."""

    def __str__(self) -> str:
        if not self:
            return "No findings: none of the traps that check_setup knows."
        return "\n\n".join(str(finding) for finding in self)
