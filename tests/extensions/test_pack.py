"""The zip that WordPress installs."""

import os
import zipfile
from pathlib import Path

from extensions import pack


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    first = pack.pack(tmp_path / "a").read_bytes()
    file = pack.PLUGIN / "readme.txt"
    before = file.stat()
    os.utime(file, (1_700_000_000, 1_700_000_000))
    try:
        assert pack.pack(tmp_path / "b").read_bytes() == first
    finally:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_it_holds_the_plugin_in_its_folder_and_nothing_else(tmp_path: Path) -> None:
    made = pack.pack(tmp_path)
    assert made.name == f"doorstep-for-woocommerce-{pack.version()}.zip"
    with zipfile.ZipFile(made) as opened:
        assert opened.testzip() is None
        names = set(opened.namelist())
    for needed in ("doorstep-for-woocommerce.php", "readme.txt", "LICENSE", "uninstall.php"):
        assert f"doorstep-for-woocommerce/{needed}" in names
    assert all(name.startswith("doorstep-for-woocommerce/") for name in names)
    assert not [name for name in names if "/." in name or "test" in name.lower()]
