"""What a page of the reference shows: our own methods, and what to read beside it."""

import inspect
import sys

from links import GUIDES, RELATED
from pictures import DATA, FIGURES

# Methods that a class inherits and that a user calls all the same.
CALLED = {
    "decision_function",
    "fit",
    "get_n_splits",
    "predict",
    "predict_proba",
    "reset_state",
    "result",
    "split",
    "update_state",
}
# Hooks of our own classes for each other.
HOOKS = {"losses_of_samples", "of_fit"}
# Those of `SortedScores`, which the functions that take one call.
HOOKS |= {"cells_at", "check_probabilities", "map", "of_samples", "pooled"}


def skip(app, what, name, value, would_skip, options):
    """Leave out hooks that Keras and scikit-learn call, and fields of named tuples."""
    routing = name == "get_metadata_routing" or name.endswith("_request")
    if type(value).__name__ == "_tuplegetter" or name in HOOKS or routing:
        return True
    if inspect.isfunction(value) and name not in CALLED and overrides(value):
        return True
    return None


def overrides(function):
    """Whether a class of Keras or scikit-learn has a method of this name."""
    owner, _, name = function.__qualname__.rpartition(".")
    cls = getattr(sys.modules.get(function.__module__), owner, None)
    return any(
        name in vars(base)
        for base in getattr(cls, "__mro__", ())
        if base.__module__.split(".")[0] in ("keras", "sklearn")
    )


def signature(app, what, name, value, options, given, returned):
    """Show what ``__init__`` takes where a metaclass or ``__new__`` hides it."""
    if what == "class" and given == "(*args, **kwargs)":
        parameters = list(inspect.signature(value.__init__).parameters.values())[1:]
        bare = [one.replace(annotation=one.empty) for one in parameters]
        return str(inspect.Signature(bare)), returned
    return None


def context():
    """For the templates of docs/_templates/autosummary."""
    guides = {}
    for page, names in GUIDES.items():
        for name in names.split():
            guides.setdefault(name, []).append(page)
    related = {}
    for group in RELATED:
        for name in group.split():
            others = [other for other in group.split() if other != name]
            known = related.setdefault(name, [])
            known.extend(other for other in others if other not in known)
    figures = {name: f"{DATA}\n{code}".splitlines() for name, code in FIGURES.items()}
    return {"guides": guides, "related": related, "figures": figures}


def setup(app):
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-signature", signature)
    app.config.autosummary_context = context()
    return {"parallel_read_safe": True}
