"""Write app/shops/data/holidays.csv anew: `uv run --with holidays==0.109 python -m bench.holidays`."""

from pathlib import Path

import holidays

TABLE = Path(__file__).parent.parent / "app" / "shops" / "data" / "holidays.csv"
YEARS = range(2025, 2032)
ISO = 2
"""Letters of a country's code; the package also knows unions and exchanges."""


def main() -> None:
    """Write one line for each country and year: its code, the year, its weekend, its public holidays."""
    lines = []
    for country in sorted(holidays.list_supported_countries(include_aliases=False)):
        if len(country) != ISO:
            continue
        for year in YEARS:
            found = holidays.country_holidays(country, years=year)
            weekend = "".join(str(day + 1) for day in sorted(found.weekend))
            days = " ".join(sorted(day.strftime("%m%d") for day in found if day.year == year))
            lines.append(f"{country},{year},{weekend},{days}\n")
    TABLE.write_text("".join(lines))


if __name__ == "__main__":
    main()
