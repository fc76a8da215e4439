"""Every table of the product, imported so that migrations and checks see the whole schema."""

import practice.accounts.models
import practice.audit.models
import practice.backup.models
import practice.clients.models
import practice.clinic.limit_models
import practice.clinic.models
import practice.reminders.models
import practice.reminders.texts.models
import practice.safety.models
import practice.scheduling.absences.models
import practice.scheduling.delays.models
import practice.scheduling.models
import practice.scheduling.series.models
import practice.scheduling.wait_list.models
import practice.treatment_plans.models
import practice.treatment_plans.version_models
import practice.visits.models
import practice.visits.notes.models
import practice.web.models  # noqa: F401  # imported for their tables
from practice.core.db import Base

METADATA = Base.metadata
