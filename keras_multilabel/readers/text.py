"""Text files that must be UTF-8; errors name the line that is not."""

from pathlib import Path


def not_utf8(path: Path, error: UnicodeDecodeError) -> ValueError:
    """Return an error that names the first line which is not UTF-8."""
    where = str(path)
    with path.open("rb") as file:
        for line, data in enumerate(file, 1):
            try:
                data.decode()
            except UnicodeDecodeError:
                where = f"{path}, line {line},"
                break
    return ValueError(
        f"{where} must be text in UTF-8 ({error.reason}); save the file as UTF-8."
    )
