"""Run by `make wheel`: is what would be released complete, and does it work?

Builds an sdist, and of the sdist a wheel; looks into both; then installs the wheel in a
clean environment without extras, and with each one in turn (smoke.py). Backends are
large: ``--backends`` installs them too.
"""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST, CLEAN = ROOT / "dist", ROOT / ".venv-wheel"
PYTHON = CLEAN / "bin" / "python"
EXTRAS = ["plot", "images", "report", "dask"]
BACKENDS = ["tensorflow", "jax", "torch"]
NEEDED = [
    *("PKG-INFO", "LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"),
    *("SECURITY.md", "CITATION.cff", "Makefile", "constraints.txt", ".ci/smoke.py"),
    *("constraints-min.txt", "pyproject.toml", "hatch_build.py", "docs/conf.py"),
    *("examples/demo.py", "benchmarks/run.py", "tests/conftest.py"),
]
# Of the project's files, those that no release needs.
LEFT_OUT = re.compile(r"\.github/|\.gitignore")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def look_into_sdist(path):
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert set(NEEDED) <= names, set(NEEDED) - names
    if (ROOT / ".git").exists():
        tracked = run("git", "-C", str(ROOT), "ls-files").splitlines()
        kept = {name for name in tracked if not LEFT_OUT.match(name)}
        kept = {name for name in kept if (ROOT / name).exists()}
        assert kept <= names, kept - names
        strangers = names - kept - {"PKG-INFO", ".gitignore"}
        assert not strangers, f"not under version control: {sorted(strangers)[:5]}"


def look_into_wheel(path):
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        of_metadata = [name for name in names if name.endswith("METADATA")]
        metadata = message_from_bytes(archive.read(of_metadata[0]))
    tops = {name.partition("/")[0].partition("-")[0] for name in names}
    assert tops == {"keras_multilabel"}, tops
    assert "keras_multilabel/py.typed" in names
    here = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "keras_multilabel").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert here <= set(names), here - set(names)
    readme = metadata.get_payload()
    assert "keras_multilabel" in readme
    dead = re.findall(r"\]\((?!https?:|#)[^)]*\)", readme)
    assert not dead, f"relative links lead nowhere on a package index: {dead}"


def install(*what):
    constraints = str(ROOT / "constraints.txt")
    pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check"]
    run(str(PYTHON), *pip, "-c", constraints, *what)


def smoke(extra=""):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    if extra in BACKENDS:
        environment["KERAS_BACKEND"] = extra
    script = str(ROOT / ".ci" / "smoke.py")
    subprocess.run([PYTHON, script, extra], check=True, cwd="/", env=environment)
    print(f"works with {f'[{extra}]' if extra else 'no extra'}", flush=True)


def with_extra(wheel, extra):
    """Install what the extra adds, use it, and take it away again."""
    before = set(run(str(PYTHON), "-m", "pip", "freeze", "--all").splitlines())
    install(f"{wheel}[{extra}]")
    smoke(extra)
    after = set(run(str(PYTHON), "-m", "pip", "freeze", "--all").splitlines())
    added = [line.partition("==")[0] for line in after - before if "==" in line]
    if added:
        run(str(PYTHON), "-m", "pip", "uninstall", "-q", "-y", *added)


def main():
    run(sys.executable, "-m", "build", "--outdir", str(DIST), str(ROOT))
    (sdist,), (wheel,) = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
    look_into_sdist(sdist)
    look_into_wheel(wheel)
    print(f"{sdist.name} and {wheel.name} are complete", flush=True)
    run(sys.executable, "-m", "venv", "--clear", str(CLEAN))
    install(str(wheel))
    smoke()
    extras = EXTRAS + BACKENDS * ("--backends" in sys.argv)
    for extra in extras:
        with_extra(wheel, extra)
    print(f"The package works: {len(extras) + 1} passed, 0 failed")


if __name__ == "__main__":
    main()
