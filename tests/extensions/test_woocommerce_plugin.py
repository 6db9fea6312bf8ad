"""The companion plug-in in PHP: its own tests, its syntax, and what WordPress's directory asks of it."""

import re
from pathlib import Path

import pytest

from app.lib.words import CATALOGS
from tests.extensions.php import PLUGIN, in_php, run

SOURCES = sorted(PLUGIN.rglob("*.php"))
MAIN = (PLUGIN / "doorstep-for-woocommerce.php").read_text()
README = (PLUGIN / "readme.txt").read_text()


@pytest.mark.usefixtures("php")
@pytest.mark.parametrize(("file", "name"), in_php(), ids=lambda part: part.removesuffix(".php"))
def test_in_php(file: str, name: str) -> None:
    done = run("run.php", file, name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.usefixtures("php")
@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_it_is_php(file: Path) -> None:
    assert run("-l", str(file)).returncode == 0


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_no_file_runs_by_itself(file: Path) -> None:
    guard = "WP_UNINSTALL_PLUGIN" if file.name == "uninstall.php" else "ABSPATH"
    assert re.search(rf"(?m)^defined\( '{guard}' \) \|\| exit;$", file.read_text())


def test_header_and_readme_say_the_same() -> None:
    for field in ("Requires at least", "Requires PHP", "License", "License URI"):
        assert header(MAIN, field) == header(README, field)
    version = header(MAIN, "Version")
    assert version == header(README, "Stable tag")
    assert f"define( 'DOORSTEP_VERSION', '{version}' );" in MAIN
    assert f"= {version} =" in README
    assert header(MAIN, "Text Domain") == "doorstep-for-woocommerce"
    assert header(MAIN, "Requires Plugins") == "woocommerce"


def test_the_readme_is_as_the_directory_wants_it() -> None:
    name = README.partition("\n")[0].strip("= ")
    assert name == header(MAIN, "Plugin Name")
    assert not name.lower().startswith("woo")
    assert len(header(README, "Tags").split(", ")) <= 5
    short = README.split("\n\n")[1]
    assert len(short) <= 150
    for section in (
        "Description",
        "Installation",
        "Frequently Asked Questions",
        "External services",
        "Changelog",
    ):
        assert f"\n== {section} ==\n" in README


def test_every_sentence_is_in_its_text_domain() -> None:
    for file in SOURCES:
        calls = re.findall(r"(?:esc_html__|esc_attr__|\b__)\( '(?:[^'\\]|\\.)*'(.*)", file.read_text())
        assert all(rest.startswith(", 'doorstep-for-woocommerce'") for rest in calls), file.name


def test_what_shoppers_read_is_said_in_the_languages_of_the_app() -> None:
    """By WordPress's own files of translations, which it takes from the plug-in's folder."""
    files = sorted((PLUGIN / "languages").glob("doorstep-for-woocommerce-*.l10n.php"))
    spoken = {file.name.split("-")[-1].split("_")[0].split(".")[0] for file in files}
    assert spoken == set(CATALOGS)
    sources = "".join(file.read_text() for file in (PLUGIN / "includes").glob("*.php"))
    said = [re.findall(r"(?m)^\t\t'(.+?)' => '(.+)',$", file.read_text()) for file in files]
    for sentences in said:
        assert [english for english, _ in sentences] == [english for english, _ in said[0]]
        for english, other in sentences:
            assert f"( '{english}', 'doorstep-for-woocommerce' )" in sources
            assert other.count("%s") == english.count("%s")
            assert not re.search(r"[<>]", other)
    for part in ("mails", "account", "checkout", "back-in-stock"):
        source = (PLUGIN / "includes" / f"class-doorstep-{part}.php").read_text()
        for english in re.findall(r"__\( '(.+?)', 'doorstep-for-woocommerce' \)", source):
            assert english in dict(said[0])


def header(text: str, field: str) -> str:
    found = re.search(rf"(?m)^(?: \* )?{field}: (.+)$", text)
    assert found, field
    return found[1]
