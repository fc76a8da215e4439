"""The ground floor: values and database plumbing that know no feature."""
