"""Anything that holds numbers -> a NumPy array of them, in native byte order.

Missing entries, masked or ``<NA>``, become NaN: then truth is unknown, and scores,
predictions and weights are refused.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Array = npt.NDArray[Any]
# Integers up to here are exact in float64.
EXACT = 2**53


def check_matrix(values: Any, name: str) -> Array:
    """Return ``values`` as a numeric array (n_samples, n_labels)."""
    array = check_positions(values, name)
    if array.ndim != 2:
        raise ValueError(
            f"{name} must have the shape (n_samples, n_labels), one column per "
            f"label; got {array.shape}. Labels per step or pixel become rows: "
            f"{name}.reshape(-1, n_labels)."
        )
    return array


def check_positions(values: Any, name: str) -> Array:
    """Return ``values`` as a numeric array (n_samples, ..., n_labels)."""
    if name == "y_score" and _is_classifier_output(values):
        return _positive_column(values, name)
    array = as_numbers(values, name)
    if array.ndim < 2:
        raise ValueError(
            f"{name} must have the shape (n_samples, n_labels), one column per "
            f"label; got {array.shape}. A single label is a column: "
            f"{name}.reshape(-1, 1). Class indices or lists of labels become "
            "columns with encode_labels."
        )
    if array.shape[-1] == 0:
        raise ValueError(f"{name} must have at least one label; got {array.shape}.")
    return array


def as_numbers(values: Any, name: str) -> Array:
    """Return ``values`` as a numeric array of any shape."""
    values = _on_host(values, name)
    try:
        array = np.asarray(values)
        if hasattr(values, "columns") and (array.dtype == object or _mixes(values)):
            array = _from_frame(values, name)
        elif array.dtype == object and hasattr(values, "to_list"):
            array = _from_column(values)
    except ValueError as error:
        raise ValueError(
            f"{name} must have rows of one length, one column per label ({error}). "
            "Lists of labels become columns with encode_labels."
        ) from error
    if array.dtype.kind not in "biuf":
        array = _as_numeric(array, name)
    if np.ma.is_masked(values):
        # The smallest type that has NaN and is no smaller than the array's own.
        array = array.astype(np.promote_types(array.dtype, np.float16))
        array[np.ma.getmaskarray(values)] = np.nan
    return _native(array, name)


def _on_host(values: Any, name: str) -> Any:
    """Sparse matrices and torch tensors in a form that NumPy reads."""
    if hasattr(values, "collect"):  # a LazyFrame of polars
        raise TypeError(
            f"{name} must be data, and is a {type(values).__name__}, which has yet to "
            f"be read: pass {name}.collect()."
        )
    if sparse.issparse(values):
        return canonical_rows(values).toarray()
    if hasattr(values, "detach"):
        # NumPy refuses tensors that need gradients, lie on a device or are bfloat16.
        values = values.detach().cpu()
        return values.float() if str(values.dtype) == "torch.bfloat16" else values
    # scipy is not the only library with sparse matrices.
    return values.toarray() if hasattr(values, "toarray") else values


def canonical_rows(matrix: Any) -> Any:
    """A scipy.sparse matrix as CSR, each entry stored once; the given one is kept."""
    rows = matrix.tocsr()
    if not rows.has_canonical_format:
        rows = rows.copy() if rows is matrix else rows
        rows.sum_duplicates()
    return rows


def _mixes(frame: Any) -> bool:
    """Whether columns have several types: converting to a common one may round."""
    types = list(getattr(frame, "dtypes", ()))
    return len(set(map(str, types))) > 1


def check_exact(values: Array, name: str) -> None:
    """Raise if integers that floats cannot hold would be rounded."""
    if values.size and not -EXACT <= int(values.min()) <= int(values.max()) <= EXACT:
        raise ValueError(
            f"{name} must fit float64 exactly; got integers beyond 2^53, from "
            f"{values.min()} to {values.max()}, which rounding would make equal. "
            "Scale them down, or pass their ranks."
        )


def _from_frame(frame: Any, name: str) -> Array:
    """A data frame of nullable columns (pandas, polars, Arrow), missing ones as NaN."""
    import narwhals.stable.v2 as nw

    columns = []
    for column in nw.from_native(frame, eager_only=True).iter_columns():
        if not (column.dtype.is_numeric() or column.dtype == nw.Boolean):
            raise TypeError(
                f"{name} must be numbers, shape (n_samples, n_labels); its column "
                f"{column.name!r} is of {column.dtype}. Lists of labels become numbers "
                "with encode_labels."
            )
        if column.dtype.is_integer():
            check_exact(column.drop_nulls().to_numpy(), name)
        if column.is_null().any():
            column = column.cast(nw.Float64)
        columns.append(np.asarray(column.to_numpy()))
    return np.stack([_not_object(column) for column in columns], axis=1)


def _from_column(column: Any) -> Array:
    """A column of numbers, or of one list of numbers per row; or a ragged tensor."""
    rows = column.to_list()
    return np.asarray([np.nan if is_missing(row) else row for row in rows])


def is_missing(value: Any) -> bool:
    """Whether it is None, NaN, NaT or pandas's <NA>."""
    if value is None or type(value).__name__ == "NAType":
        return True
    return np.ndim(value) == 0 and bool(value != value)


def _not_object(column: Array) -> Array:
    return column.astype(np.float64) if column.dtype == object else column


def _as_numeric(array: Array, name: str) -> Array:
    # ml_dtypes (bfloat16) are of kind "V" and convert; strings do not.
    if array.dtype.kind == "V" and array.dtype.names is None:
        return array.astype(np.float32)
    if array.dtype == object and all(map(_is_number, array.ravel().tolist())):
        plain = [np.nan if is_missing(value) else value for value in array.ravel()]
        return np.array(plain, np.float64).reshape(array.shape)
    raise TypeError(
        f"{name} must be numbers, shape (n_samples, n_labels); got dtype "
        f"{array.dtype}. Lists of labels become numbers with encode_labels."
    )


def _is_number(value: Any) -> bool:
    return is_missing(value) or isinstance(value, (bool, int, float, np.number))


def _native(array: Array, name: str) -> Array:
    """The same numbers in native byte order and at most 64 bits."""
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        with np.errstate(over="ignore"):
            rounded = array.astype(np.float64)
        if not np.array_equal(rounded, array, equal_nan=True):
            raise ValueError(
                f"{name} must fit float64 exactly; got {array.dtype} with more digits, "
                "which rounding would make equal. Round it first: "
                f"{name}.astype(numpy.float64)."
            )
        return rounded
    if array.dtype.isnative:
        return array
    return array.astype(array.dtype.newbyteorder("="))


def _is_classifier_output(values: Any) -> bool:
    """Whether it is a list of arrays (n_samples, n_classes), one per label."""
    if not isinstance(values, (list, tuple)) or not values:
        return False
    if any(len(getattr(array, "shape", ())) != 2 for array in values):
        return False
    # Labels per step may come as such a list too, but not as two-class probabilities.
    same_shape = len({tuple(array.shape) for array in values}) == 1
    return not same_shape or _are_of_two_classes(np.asarray(values[0]))


def _are_of_two_classes(array: Array) -> bool:
    return array.shape[1] == 2 and np.allclose(array.sum(1), 1, atol=1e-3)


def _positive_column(values: Any, name: str) -> Array:
    """Probabilities of class 1, from a list of arrays (n_samples, 2), one per label."""
    arrays = [as_numbers(value, name) for value in values]
    for label, array in enumerate(arrays):
        if array.shape != (len(arrays[0]), 2):
            raise ValueError(
                f"{name} as a list, as MultiOutputClassifier.predict_proba gives it, "
                f"must hold one array ({len(arrays[0])}, 2) per label; that of label "
                f"{label} has the shape {array.shape}. A classifier that saw one class "
                "only gives one column."
            )
    return np.stack([array[:, 1] for array in arrays], axis=1)


def column_names(values: Any) -> list[str] | None:
    """Names of a data frame's columns; None if they are only numbers."""
    # A Dask column has columns too; a LazyFrame, which is refused later, warns.
    nameless = getattr(values, "ndim", 2) == 1 or hasattr(values, "collect")
    columns = None if nameless else getattr(values, "columns", None)
    if columns is None or not any(isinstance(name, str) for name in columns):
        return None
    names = [str(name) for name in columns]
    # The names that polars gives to columns without names.
    return None if names == [f"column_{i}" for i in range(len(names))] else names


def check_columns(y_true: Any, other: Any, name: str) -> None:
    """Raise if both are data frames and their columns are not the same, in order."""
    expected, names = column_names(y_true), column_names(other)
    if expected is None or names is None or expected == names:
        return
    if sorted(expected) == sorted(names):
        remedy = f"Put them in order: {name}[[*y_true.columns]]."
    else:
        remedy = "If they stand for the same labels, rename them."
    at = next(
        (i for i, (a, b) in enumerate(zip(expected, names, strict=False)) if a != b),
        None,
    )
    found = (
        f"got {len(names)} columns, y_true has {len(expected)}"
        if at is None
        else f"column {at} is {names[at]!r}, in y_true {expected[at]!r}"
    )
    raise ValueError(
        f"{name} must have the columns of y_true, in the same order; {found}. {remedy}"
    )
