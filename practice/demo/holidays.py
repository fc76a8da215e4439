"""The public holidays of Ontario, on which the practice is closed. Pure."""

from datetime import date, timedelta

MONDAY, THURSDAY, FRIDAY = 0, 3, 4


def ontario_holidays(year: int) -> dict[date, str]:
    """Return the statutory holidays of *year* with their names."""
    return {
        date(year, 1, 1): "New Year's Day",
        _nth(year, 2, MONDAY, 3): "Family Day",
        easter_sunday(year) - timedelta(days=2): "Good Friday",
        _last_before(date(year, 5, 25), MONDAY): "Victoria Day",
        date(year, 7, 1): "Canada Day",
        _nth(year, 9, MONDAY, 1): "Labour Day",
        _nth(year, 10, MONDAY, 2): "Thanksgiving",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Boxing Day",
    }


def holidays_between(first: date, last: date) -> dict[date, str]:
    """Return the holidays from *first* to *last*, both included."""
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        found |= {day: name for day, name in ontario_holidays(year).items() if first <= day <= last}
    return found


def easter_sunday(year: int) -> date:
    """Return Easter of the Gregorian calendar (Oudin 1940)."""
    golden = year % 19
    century = year // 100
    skipped = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = skipped - (skipped // 28) * (1 - (29 // (skipped + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _last_before(day: date, weekday: int) -> date:
    before = day - timedelta(days=1)
    return before - timedelta(days=(before.weekday() - weekday) % 7)
