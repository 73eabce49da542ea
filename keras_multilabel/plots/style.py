"""One style for all pictures: colours, and numbers and names that fit.

Figures are made by pyplot, so that notebooks, sphinx-gallery and ``plt.show()``
find them, and scripts without a screen can save them. pyplot keeps a figure until
``plt.close(figure)``; pass ``fig=`` or ``ax=`` to draw on one of your own.
"""

from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.optional import require

# Blue and orange stay apart for colour-blind readers, and in grey.
RIGHT, WRONG = "Blues", "Oranges"
BLUE, GREY = "#3b7cb8", "#d4d4d4"
# For texts that hold names of labels: a "$" is a "$", never mathematics.
LITERAL = {"parse_math": False, "usetex": False}


def pyplot() -> Any:
    """matplotlib's, imported when first drawn with."""
    return require("matplotlib.pyplot", extra="plot")


def ink(colour: Array) -> str:
    """Black or white, whichever has more contrast to ``colour`` (WCAG 2)."""
    luminance = colour**2.2 @ (0.2126, 0.7152, 0.0722)
    return "black" if luminance > 0.18 else "white"


def number(count: Any) -> str:
    """A count that fits a cell: 123,456, 1.23M; weights as 12.35."""
    if count >= 1e6:
        size, unit = (1e6, "M") if count < 999.5e6 else (1e9, "B")
        return f"{count / size:,.3g}{unit}"
    whole = count == round(count) or count >= 1e3
    return f"{count:,.0f}" if whole else f"{count:.4g}"


def percent(share: Any) -> str:
    """A share in per cent; all and nothing are written only where they are exact."""
    if np.isnan(share):
        return "-"
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    if share < 0.0005:
        return "<0.1%"
    return ">99.9%" if share >= 0.9995 else f"{share:.1%}"
