"""Sphinx configuration. Build with ``make docs``; warnings are errors there."""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from sphinx_gallery.sorting import ExplicitOrder

from keras_multilabel import __version__

root = Path(__file__).parent.parent

project = "keras_multilabel"
author = "The keras_multilabel developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "matplotlib.sphinxext.plot_directive",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
# Single backticks in docstrings link to what they name.
default_role = "py:obj"

# Docstrings say what types mean; the signatures stay readable.
autodoc_typehints = "none"
autodoc_preserve_defaults = True
# What Keras and scikit-learn call, not the user.
autodoc_default_options = {
    "exclude-members": "call, build, get_config, on_epoch_end, on_train_begin, "
    "on_epoch_begin, on_test_end, on_train_end, set_model, set_params, of_fit, "
    "get_metadata_routing, set_fit_request, set_score_request, set_split_request"
}
napoleon_numpy_docstring = False
napoleon_attr_annotations = False
templates_path = ["_templates"]

# From easy to hard: the sections, and the lessons of each.
lessons = {
    "start": ["tabular", "text", "voc"],
    "training": ["keras_metrics", "partial_labels", "imbalance", "bucketed_images"],
    "thresholds": ["shrinkage", "precision_floor", "calibration"],
    "evaluation": ["report_page", "compare_models", "histogram"],
}
sphinx_gallery_conf = {
    "examples_dirs": str(root / "examples"),
    "gallery_dirs": "examples",
    "subsection_order": ExplicitOrder([f"../examples/{name}" for name in lessons]),
    "within_subsection_order": ExplicitOrder(
        [f"{name}.py" for names in lessons.values() for name in names]
    ),
    # All are run: what is shown is what they print and draw. The demo is a command.
    "filename_pattern": r"\.py$",
    "ignore_pattern": r"demo\.py$",
    # Names in the code link to the reference, and its pages list their lessons.
    "doc_module": ("keras_multilabel",),
    "reference_url": {"keras_multilabel": None},
    "backreferences_dir": "reference/generated/lessons",
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "remove_config_comments": True,
    "matplotlib_animations": False,
}

# Pictures of pages, drawn when the site is built.
plot_formats = [("png", 110)]
plot_html_show_formats = False
plot_html_show_source_link = False

html_theme = "pydata_sphinx_theme"
html_title = "keras_multilabel"
html_show_sourcelink = False
# Outputs of lessons are shown whole.
html_static_path = ["_static"]
html_css_files = ["gallery.css"]
html_theme_options = {
    "show_prev_next": False,
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
    "navigation_with_keys": False,
}
html_sidebars = {
    page: []
    for page in ("index", "thresholds", "migration", "changelog", "contributing")
}


def setup(app):
    """Leave out the fields of named tuples: their docstrings describe them."""

    def skip(app, what, name, value, would_skip, options):
        return True if type(value).__name__ == "_tuplegetter" else None

    app.connect("autodoc-skip-member", skip)
