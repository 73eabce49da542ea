"""Sphinx configuration. Build with ``make docs``; warnings are errors there."""

import os
import socket
import sys
import tomllib
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from sphinx_gallery.sorting import ExplicitOrder

from keras_multilabel import __version__

root = Path(__file__).parent.parent
sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import benchmarks

settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
urls = settings["project"].get("urls", {})

project = "keras_multilabel"
author = "The keras_multilabel developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx.ext.intersphinx",
    "matplotlib.sphinxext.plot_directive",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxext.opengraph",
    # Ours, in docs/_ext.
    "reference",
    "benchmarks",
    "versions",
]
exclude_patterns = ["_build"]
# Single backticks in docstrings link to what they name.
default_role = "py:obj"
# Of all pages, the examples too: bare names are ours.
rst_prolog = ".. currentmodule:: keras_multilabel\n\n"
# What is measured elsewhere.
rst_epilog = f"""
.. |counting| replace:: {benchmarks.times("counting")}
"""

# Docstrings say what types mean; the signatures stay readable.
autodoc_typehints = "none"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_attr_annotations = False
templates_path = ["_templates"]


def reachable(host):
    """A site without network is built without links to other sites."""
    try:
        socket.create_connection((host, 443), timeout=2).close()
    except OSError:
        return False
    return True


intersphinx_mapping = {
    name: (f"https://{host}{path}", None)
    for name, host, path in [
        ("python", "docs.python.org", "/3/"),
        ("numpy", "numpy.org", "/doc/stable/"),
        ("sklearn", "scikit-learn.org", "/stable/"),
        ("matplotlib", "matplotlib.org", "/stable/"),
        ("pandas", "pandas.pydata.org", "/docs/"),
    ]
    if reachable(host)
}
intersphinx_timeout = 10

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

# Pictures of pages, drawn when the site is built; their code writes files there.
plot_working_directory = str(Path(__file__).parent / "_build" / "work")
Path(plot_working_directory).mkdir(parents=True, exist_ok=True)
plot_formats = [("png", 110)]
plot_html_show_formats = False
plot_html_show_source_link = False
plot_include_source = False

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

ogp_site_url = urls.get("Documentation", "")
ogp_site_name = project
ogp_social_cards = {"enable": False}
ogp_enable_meta_description = True

html_theme = "pydata_sphinx_theme"
html_title = "keras_multilabel"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/favicon.svg"
html_show_sourcelink = False
# What a reader looks for stands before what tells of the project itself.
html_search_scorer = str(Path(__file__).parent / "_static/scorer.js")
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {
        "image_light": "_static/logo.svg",
        "image_dark": "_static/logo_dark.svg",
        "text": "keras_multilabel",
        "alt_text": "keras_multilabel, the front page",
    },
    "header_links_before_dropdown": 7,
    "navbar_align": "left",
    "show_prev_next": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": {
        "**": ["page-toc", "edit-this-page"],
        "index": [],
        "search": [],
    },
    "navigation_with_keys": False,
    "footer_end": [],
}
# Pages that stand alone in their part of the site have no bar of neighbours.
html_sidebars = {
    page: [] for page in ("index", "search", "genindex", "py-modindex", "benchmarks")
}
# Edit links appear with a repository's URL in pyproject.toml.
if "Repository" in urls:
    user, repository = urls["Repository"].rstrip("/").split("/")[-2:]
    html_context |= {
        "github_user": user,
        "github_repo": repository,
        "github_version": "main",
        "doc_path": "docs",
    }
    html_theme_options |= {
        "use_edit_page_button": True,
        "github_url": urls["Repository"],
    }
