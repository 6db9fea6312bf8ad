"""Packs the WooCommerce plug-in as WordPress installs it (`make plugin`): same files, same bytes."""

import re
import stat
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
PLUGIN = HERE / "woocommerce"
SLUG = "doorstep-for-woocommerce"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip can tell: nothing of when or where it was packed is in it."""
MODE = (stat.S_IFREG | 0o644) << 16


def version() -> str:
    """Return the version that the plug-in says it has."""
    found = re.search(r"(?m)^ \* Version: (\S+)$", (PLUGIN / f"{SLUG}.php").read_text())
    if found is None:
        raise LookupError("the plug-in's header says no version")
    return found[1]


def pack(folder: Path) -> Path:
    """Return the zip, made in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{SLUG}-{version()}.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for file in sorted(path for path in PLUGIN.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{SLUG}/{file.relative_to(PLUGIN).as_posix()}", LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is packed
            entry.external_attr = MODE
            out.writestr(entry, file.read_bytes())
    return made


if __name__ == "__main__":
    packed = pack(Path(sys.argv[1]))
    sys.stdout.write(f"{packed} ({packed.stat().st_size:,} bytes)\n")
