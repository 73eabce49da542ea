"""The README as a package index shows it, where relative links lead nowhere."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

# [words](a/file), not [words](https://...) and not [words](#heading).
RELATIVE = re.compile(r"\[([^\]]+)\]\((?![a-z]+:|#)([^)]+)\)")


def for_an_index(text: str, repository: str | None) -> str:
    """Relative links become absolute, or plain words while there is no repository."""
    if repository is None:
        return RELATIVE.sub(r"\1", text)
    return RELATIVE.sub(rf"[\1]({repository.rstrip('/')}/blob/main/\2)", text)


class Readme(MetadataHookInterface):
    """Fills in the readme, which pyproject.toml calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Called by hatchling."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        repository = metadata.get("urls", {}).get("Repository")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": for_an_index(text, repository),
        }
