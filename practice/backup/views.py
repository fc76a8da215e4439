"""The owner's page of backups: how old the newest is, and what came of each attempt."""

from flask import Blueprint, current_app
from werkzeug.wrappers import Response

from practice.accounts.policy import requires
from practice.backup.nights import TOO_OLD_AFTER
from practice.backup.queries import find_newest_backup, list_runs
from practice.config import ELSEWHERE, Settings
from practice.web.database import now, session
from practice.web.pages import render_page

blueprint = Blueprint("backup", __name__, template_folder="templates")


@blueprint.get("/settings/backups")
@requires("backup.read")
def show_backups() -> Response:
    """Show whether everything could be brought back today."""
    opened = session()
    settings: Settings = current_app.extensions["settings"]
    newest = find_newest_backup(opened)
    return render_page(
        "backup/backups.html",
        runs=list_runs(opened),
        newest=newest,
        is_fresh=newest is not None and now() - newest.started_at <= TOO_OLD_AFTER,
        folder=settings.backup_folder if settings.makes_backups else "",
        is_elsewhere=settings.backup_folder == ELSEWHERE,
        kept=settings.backups_kept,
    )
