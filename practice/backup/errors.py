"""Why a backup or a restore ended: sentences for the person at the terminal, none of them an answer over HTTP."""


class BackupRefused(Exception):
    """The backup was not made or the archive not restored; nothing was changed and no half file is left."""


class WrongKey(BackupRefused):
    """The archive was sealed under another key."""


class DamagedArchive(BackupRefused):
    """The archive is not, from its first byte to its last, what was written."""


class NotEmpty(BackupRefused):
    """The database holds data already."""
