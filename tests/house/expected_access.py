"""What each actor meets on each route, written by hand: a route without a line here fails the build.

Columns: method, rule, the object that fills the rule (``.`` for none, see ``MAKERS`` in access_world.py), then for
anonymous, link, receptionist, therapist (own object), therapist (another's object), owner:

    Y  let in: any answer but 401, 403, 404 and 5xx
    A  asked to sign in: 303 to the sign-in page, 401 under /api/
    F  refused to the role: 403
    N  not found, told exactly as for an id that does not exist

A hold that is somebody else's is told as one that has run out, which is no refusal of permission: hence its ``Y``.
A body that the route needs before it looks at the object is in access_world.py.
"""

TABLE = """
GET     /sign-in                                            .            Y Y Y Y Y Y
POST    /sign-in                                            .            Y Y Y Y Y Y
POST    /sign-out                                           .            A A Y Y Y Y
GET     /health                                             .            Y Y Y Y Y Y
GET     /ready                                              .            Y Y Y Y Y Y
GET     /problems                                           .            Y Y Y Y Y Y
GET     /problems/<code>                                    problem      Y Y Y Y Y Y
GET     /account                                            .            A A Y Y Y Y
POST    /account/password                                   .            A A Y Y Y Y
POST    /account/sessions/end-others                        .            A A Y Y Y Y
POST    /account/sessions/<uid:uid>/end                     own_session  A A N Y N N

GET     /                                                   .            A A Y Y Y Y
GET     /today                                              .            A A Y Y Y Y
GET     /tentative                                          .            A A Y Y Y Y
GET     /today/therapists/<uid:uid>/behind                  therapist    A A Y Y N Y
POST    /today/therapists/<uid:uid>/behind                  therapist    A A Y Y N Y
GET     /diary                                              .            A A Y Y Y Y
GET     /diary/list                                         .            A A Y Y Y Y
GET     /diary/<raw_day>                                    day          A A Y Y Y Y
GET     /diary/<raw_day>/list                               day          A A Y Y Y Y
GET     /diary/<raw_day>/status                             day          A A Y Y Y Y
GET     /diary/<raw_day>/events                             day          A A Y Y Y Y
GET     /find                                               .            A A Y Y Y Y
GET     /calls                                              .            A A Y F F Y
POST    /calls/<uid:uid>/outcome                            call         A A Y F F Y
POST    /tasks/<uid:uid>/close                              task         A A Y F F Y
GET     /messages                                           .            A A Y Y Y Y
GET     /messages/<uid:uid>                                 message      A A Y Y N Y
POST    /messages/<uid:uid>/again                           message      A A Y F F Y
POST    /messages/<uid:uid>/open-address                    message      A A Y F F Y
POST    /messages/resume                                    .            A A Y F F Y
GET     /book                                               .            A A Y Y Y Y
POST    /book                                               .            A A Y Y Y Y
POST    /book/draft                                         .            A A Y Y Y Y
POST    /book/renew                                         .            A A Y Y Y Y
POST    /book/release                                       .            A A Y Y Y Y
POST    /book/duplicates                                    .            A A Y F F Y
GET     /book/clients                                       .            A A Y Y Y Y
POST    /parked-calls                                       .            A A Y F F Y
POST    /parked-calls/<uid:uid>/resume                      parked_call  A A Y F F N
POST    /parked-calls/<uid:uid>/close                       parked_call  A A Y F F N
GET     /appointments/<uid:uid>                             appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/confirm                     appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/settle                      appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/arrive                      appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/start                       appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/complete                    appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/undo                        appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/waive-fee                   appointment  A A Y F F Y
GET     /appointments/<uid:uid>/move                        appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/move                        appointment  A A Y Y N Y
GET     /appointments/<uid:uid>/cancel                      appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/cancel                      appointment  A A Y Y N Y
GET     /appointments/<uid:uid>/no-show                     appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/no-show                     appointment  A A Y Y N Y
GET     /appointments/<uid:uid>/swap                        appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/swap                        appointment  A A Y Y N Y
GET     /appointments/<uid:uid>/client                      appointment  A A Y Y N Y
POST    /appointments/<uid:uid>/client                      appointment  A A Y Y N Y
GET     /appointments/<uid:uid>/again                       appointment  A A Y Y N Y
GET     /appointments/<uid:uid>/card                        appointment  A A Y Y N Y

GET     /clients                                            .            A A Y Y Y Y
GET     /clients/options                                    .            A A Y Y Y Y
GET     /clients/new                                        .            A A Y F F Y
POST    /clients/new                                        .            A A Y F F Y
GET     /clients/<uid:uid>                                  client       A A Y Y N Y
POST    /clients/<uid:uid>/links/end                        client       A A Y F F Y
GET     /clients/<uid:uid>/edit                             client       A A Y F F Y
POST    /clients/<uid:uid>/edit                             client       A A Y F F Y
POST    /clients/<uid:uid>/contacts                         client       A A Y F F Y
POST    /clients/<uid:uid>/contacts/<uid:part>/prefer       contact      A A Y F F Y
POST    /clients/<uid:uid>/contacts/<uid:part>/remove       contact      A A Y F F Y
POST    /clients/<uid:uid>/relations                        client       A A Y F F Y
POST    /clients/<uid:uid>/preferences                      client       A A Y F F Y
POST    /clients/<uid:uid>/preferences/<uid:part>/remove    preference   A A Y F F Y
POST    /clients/<uid:uid>/kept-apart                       client       A A Y F F Y
POST    /clients/<uid:uid>/kept-apart/<uid:part>/end        pair         A A Y F F Y
POST    /clients/<uid:uid>/relations/<uid:part>/remove      relation     A A Y F F Y
POST    /clients/<uid:uid>/messages-to                      client       A A Y F F Y
POST    /clients/<uid:uid>/alerts                           client       A A Y F F Y
POST    /clients/<uid:uid>/alerts/<uid:part>/remove         alert        A A Y F F Y
POST    /clients/<uid:uid>/consent                          client       A A Y F F Y
POST    /clients/<uid:uid>/consent/withdraw                 client       A A Y F F Y

GET     /settings                                           .            A A Y Y Y Y
GET     /settings/<any(locations,rooms,services,therapists):kind> set_up       A A Y Y Y Y
GET     /settings/<any(locations,rooms,services,therapists):kind>/new set_up       A A F F F Y
POST    /settings/<any(locations,rooms,services,therapists):kind>/new set_up       A A F F F Y
GET     /settings/<any(locations,rooms,services,therapists):kind>/<uid:uid> set_up       A A F F F Y
POST    /settings/<any(locations,rooms,services,therapists):kind>/<uid:uid> set_up       A A F F F Y
GET     /settings/locations/<uid:uid>/hours                 location     A A Y Y Y Y
POST    /settings/locations/<uid:uid>/hours                 location     A A F F F Y
GET     /settings/therapists/<uid:uid>/hours                therapist    A A Y Y Y Y
POST    /settings/therapists/<uid:uid>/hours                therapist    A A F F F Y
POST    /settings/therapists/<uid:uid>/days                 therapist    A A F F F Y
POST    /settings/therapists/<uid:uid>/days/<string:on>/clear therapist    A A F F F Y
GET     /settings/closures                                  .            A A Y Y Y Y
POST    /settings/closures                                  .            A A F F F Y
POST    /settings/closures/<uid:uid>/remove                 closure      A A F F F Y
GET     /settings/time-off                                  .            A A Y Y Y Y
POST    /settings/time-off                                  .            A A Y Y Y Y
GET     /settings/holidays                                  .            A A F F F Y
POST    /settings/holidays                                  .            A A F F F Y
GET     /absences/new                                       .            A A Y Y Y Y
GET     /absences/preview                                   .            A A Y Y Y Y
POST    /absences                                           .            A A Y Y Y Y
POST    /absences/out-today                                 therapist    A A Y Y N Y
GET     /absences/<uid:uid>                                 ground_act   A A Y F F Y
POST    /absences/calls/<uid:uid>                           hit_answer   A A Y F F Y
POST    /settings/time-off/<uid:uid>/remove                 time_off     A A Y Y N Y
GET     /settings/limits                                    .            A A Y Y Y Y
POST    /settings/limits                                    .            A A F F F Y
GET     /settings/therapists/<uid:uid>/limits               therapist    A A Y Y Y Y
POST    /settings/therapists/<uid:uid>/limits               therapist    A A F F F Y
GET     /settings/policies                                  .            A A Y Y Y Y
POST    /settings/policies                                  .            A A F F F Y
GET     /m/<token>                                          manage_link  N Y N N N N
POST    /m/<token>/confirm                                  manage_link  N Y N N N N
GET     /m/<token>/cancel                                   manage_link  N Y N N N N
POST    /m/<token>/cancel                                   manage_link  N Y N N N N
GET     /m/<token>/move                                     manage_link  N Y N N N N
POST    /m/<token>/move                                     manage_link  N Y N N N N
GET     /m/<token>/appointment.ics                          manage_link  N Y N N N N
GET     /m/<token>/stop                                     manage_link  N Y N N N N
POST    /m/<token>/stop                                     manage_link  N Y N N N N
GET     /o/<token>                                          offer_link   N Y N N N N
POST    /o/<token>/accept                                   offer_link   N Y N N N N
POST    /o/<token>/decline                                  offer_link   N Y N N N N
POST    /o/<token>/stop                                     offer_link   N Y N N N N
GET     /s/<token>                                          offers_stop  N Y N N N N
POST    /s/<token>                                          offers_stop  N Y N N N N
GET     /u/<token>                                          stop_link    N Y N N N N
POST    /u/<token>                                          stop_link    N Y N N N N
GET     /diary/<raw_day>/sheet                              day          A A Y Y Y Y

GET     /api/v1/docs                                        .            Y Y Y Y Y Y
GET     /api/v1/openapi.json                                .            Y Y Y Y Y Y
GET     /api/v1/me                                          .            A A Y Y Y Y
POST    /api/v1/sessions                                    .            Y Y Y Y Y Y
GET     /api/v1/sessions                                    .            A A Y Y Y Y
DELETE  /api/v1/sessions                                    .            A A Y Y Y Y
DELETE  /api/v1/sessions/<uid:uid>                          own_session  A A N Y N N

GET     /settings/users                                     .            A A F F F Y
POST    /settings/users                                     .            A A F F F Y
GET     /settings/users/new                                 .            A A F F F Y
GET     /settings/users/<uid:uid>                           user         A A F F F Y
POST    /settings/users/<uid:uid>                           user         A A F F F Y
POST    /settings/users/<uid:uid>/password                  user         A A F F F Y
POST    /settings/users/<uid:uid>/disable                   extra_user   A A F F F Y
POST    /settings/users/<uid:uid>/enable                    extra_user   A A F F F Y
GET     /audit                                              .            A A F F F Y
GET     /clients/<uid:uid>/merge                            client       A A Y F F Y
POST    /clients/<uid:uid>/merge                            client       A A Y F F Y
POST    /clients/<uid:uid>/merges/<uid:part>/undo           merge        A A Y F F Y
GET     /api/v1/clients/<uid:uid>/merge-preview             client       A A Y F F Y
GET     /api/v1/clients/<uid:uid>/merges                    client       A A Y F F Y
POST    /api/v1/clients/<uid:uid>/merges                    client       A A Y F F Y
POST    /api/v1/clients/<uid:uid>/merges/<uid:part>/undo    merge        A A Y F F Y
GET     /settings/backups                                   .            A A F F F Y
GET     /api/v1/users                                       .            A A F F F Y
POST    /api/v1/users                                       .            A A F F F Y
GET     /api/v1/users/<uid:uid>                             user         A A F F F Y
PATCH   /api/v1/users/<uid:uid>                             user         A A F F F Y
PUT     /api/v1/users/<uid:uid>/password                    user         A A F F F Y
GET     /api/v1/audit-events                                .            A A F F F Y
GET     /api/v1/limits                                      .            A A Y Y Y Y
PATCH   /api/v1/limits                                      .            A A F F F Y
GET     /api/v1/therapists/<uid:uid>/limits                 therapist    A A Y Y Y Y
PUT     /api/v1/therapists/<uid:uid>/limits                 therapist    A A F F F Y
GET     /api/v1/services/<uid:uid>/locations                service      A A Y Y Y Y
PUT     /api/v1/services/<uid:uid>/locations                service      A A F F F Y
GET     /api/v1/locations/<uid:uid>/travel                  location     A A Y Y Y Y
PUT     /api/v1/locations/<uid:uid>/travel                  location     A A F F F Y
GET     /api/v1/practice                                    .            A A Y Y Y Y
PATCH   /api/v1/practice                                    .            A A F F F Y
GET     /api/v1/locations                                   .            A A Y Y Y Y
POST    /api/v1/locations                                   .            A A F F F Y
GET     /api/v1/locations/<uid:uid>                         location     A A Y Y Y Y
PATCH   /api/v1/locations/<uid:uid>                         location     A A F F F Y
GET     /api/v1/locations/<uid:uid>/opening-hours           location     A A Y Y Y Y
PUT     /api/v1/locations/<uid:uid>/opening-hours           location     A A F F F Y
GET     /api/v1/rooms                                       .            A A Y Y Y Y
POST    /api/v1/rooms                                       .            A A F F F Y
GET     /api/v1/rooms/<uid:uid>                             room         A A Y Y Y Y
PATCH   /api/v1/rooms/<uid:uid>                             room         A A F F F Y
GET     /api/v1/services                                    .            A A Y Y Y Y
POST    /api/v1/services                                    .            A A F F F Y
GET     /api/v1/services/<uid:uid>                          service      A A Y Y Y Y
PATCH   /api/v1/services/<uid:uid>                          service      A A F F F Y
GET     /api/v1/therapists                                  .            A A Y Y Y Y
POST    /api/v1/therapists                                  .            A A F F F Y
GET     /api/v1/therapists/<uid:uid>                        therapist    A A Y Y Y Y
PATCH   /api/v1/therapists/<uid:uid>                        therapist    A A F F F Y
GET     /api/v1/therapists/<uid:uid>/hours                  therapist    A A Y Y Y Y
PUT     /api/v1/therapists/<uid:uid>/hours                  therapist    A A F F F Y
PUT     /api/v1/therapists/<uid:uid>/days/<string:on>       therapist    A A F F F Y
DELETE  /api/v1/therapists/<uid:uid>/days/<string:on>       therapist    A A F F F Y
GET     /api/v1/therapists/<uid:uid>/time-off               therapist    A A Y Y Y Y
POST    /api/v1/therapists/<uid:uid>/time-off               therapist    A A Y Y Y Y
GET     /api/v1/locations/<uid:uid>/holidays                location     A A Y Y Y Y
POST    /api/v1/locations/<uid:uid>/holidays                location     A A F F F Y
POST    /api/v1/absences/preview                            therapist    A A Y Y N Y
POST    /api/v1/absences                                    .            A A Y Y Y Y
POST    /api/v1/absences/out-today                          therapist    A A Y Y N Y
GET     /api/v1/absences/<uid:uid>                          ground_act   A A Y F F Y
POST    /api/v1/absences/calls/<uid:uid>                    hit_answer   A A Y F F Y
GET     /api/v1/time-off/<uid:uid>                          time_off     A A Y Y N Y
PATCH   /api/v1/time-off/<uid:uid>                          time_off     A A Y Y N Y
DELETE  /api/v1/time-off/<uid:uid>                          time_off     A A Y Y N Y
GET     /api/v1/closures                                    .            A A Y Y Y Y
POST    /api/v1/closures                                    .            A A F F F Y
GET     /api/v1/closures/<uid:uid>                          closure      A A Y Y Y Y
PATCH   /api/v1/closures/<uid:uid>                          closure      A A F F F Y
DELETE  /api/v1/closures/<uid:uid>                          closure      A A F F F Y
GET     /api/v1/tasks                                       .            A A Y F F Y
POST    /api/v1/tasks/<uid:uid>/finish                      task         A A Y F F Y
GET     /api/v1/clients                                     .            A A Y Y Y Y
POST    /api/v1/clients                                     .            A A Y F F Y
GET     /api/v1/clients/duplicates                          .            A A Y F F Y
GET     /api/v1/clients/<uid:uid>                           client       A A Y Y N Y
PATCH   /api/v1/clients/<uid:uid>                           client       A A Y F F Y
POST    /api/v1/clients/<uid:uid>/alerts                    client       A A Y F F Y
DELETE  /api/v1/clients/<uid:uid>/alerts/<uid:part>         alert        A A Y F F Y
GET     /api/v1/clients/<uid:uid>/consents                  client       A A Y F F Y
POST    /api/v1/clients/<uid:uid>/consents                  client       A A Y F F Y
DELETE  /api/v1/clients/<uid:uid>/consents/<string:purpose> client       A A Y F F Y
POST    /api/v1/clients/<uid:uid>/contacts                  client       A A Y F F Y
PUT     /api/v1/clients/<uid:uid>/contacts/<uid:part>       contact      A A Y F F Y
DELETE  /api/v1/clients/<uid:uid>/contacts/<uid:part>       contact      A A Y F F Y
PUT     /api/v1/clients/<uid:uid>/messages-to               client       A A Y F F Y
GET     /api/v1/clients/<uid:uid>/relations                 client       A A Y F F Y
GET     /api/v1/clients/<uid:uid>/preferences               client       A A Y F F Y
POST    /api/v1/clients/<uid:uid>/preferences               client       A A Y F F Y
DELETE  /api/v1/clients/<uid:uid>/preferences/<uid:part>    preference   A A Y F F Y
GET     /api/v1/clients/<uid:uid>/kept-apart                client       A A Y F F Y
POST    /api/v1/clients/<uid:uid>/kept-apart                client       A A Y F F Y
DELETE  /api/v1/clients/<uid:uid>/kept-apart/<uid:part>     pair         A A Y F F Y
GET     /api/v1/clients/<uid:uid>/kept-apart/<uid:part>/reason pair      A A F F F Y
POST    /api/v1/clients/<uid:uid>/relations                 client       A A Y F F Y
DELETE  /api/v1/clients/<uid:uid>/relations/<uid:part>      relation     A A Y F F Y
GET     /api/v1/appointments                                .            A A Y Y Y Y
POST    /api/v1/appointments                                .            A A Y Y Y Y
POST    /api/v1/appointments/past-visits                    .            A A Y Y Y Y
POST    /api/v1/appointments/walk-ins                       .            A A Y Y Y Y
GET     /api/v1/appointments/<uid:uid>                      appointment  A A Y Y N Y
GET     /api/v1/appointments/<uid:uid>/history              appointment  A A Y Y N Y
PATCH   /api/v1/appointments/<uid:uid>                      appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/arrival              appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/cancellation         appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/completion           appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/confirmation         appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/error-mark           appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/fee-waiver           appointment  A A Y F F Y
POST    /api/v1/appointments/<uid:uid>/no-show              appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/reservation          appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/settlement           appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/start                appointment  A A Y Y N Y
GET     /api/v1/appointments/<uid:uid>/series               appointment  A A Y Y N Y
PATCH   /api/v1/appointments/<uid:uid>/series               appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/series/cancellation  appointment  A A Y Y N Y
POST    /book/series                                        .            A A Y Y Y Y
POST    /book/series/back                                   .            A A Y Y Y Y
POST    /book/series/book                                   .            A A Y Y Y Y
POST    /api/v1/series                                      .            A A Y Y Y Y
POST    /api/v1/series/previews                             .            A A Y Y Y Y
POST    /api/v1/appointments/<uid:uid>/swap                 appointment  A A Y Y N Y
POST    /api/v1/appointments/<uid:uid>/undo                 appointment  A A Y Y N Y
POST    /api/v1/holds                                       .            A A Y Y Y Y
DELETE  /api/v1/holds/<uid:uid>                             hold         A A Y Y Y Y
POST    /api/v1/holds/<uid:uid>/renewal                     hold         A A Y Y Y Y
GET     /api/v1/parked-calls                                .            A A Y F F Y
POST    /api/v1/parked-calls                                .            A A Y F F Y
DELETE  /api/v1/parked-calls/<uid:uid>                      parked_call  A A Y F F N
POST    /api/v1/parked-calls/<uid:uid>/resumption           parked_call  A A Y F F N
GET     /wait-list                                          .            A A Y F F Y
GET     /wait-list/log                                      .            A A Y F F Y
GET     /wait-list/gap                                      .            A A Y F F Y
GET     /wait-list/new                                      .            A A Y F F Y
POST    /wait-list/new                                      .            A A Y F F Y
GET     /wait-list/<uid:uid>                                entry        A A Y F F Y
POST    /wait-list/<uid:uid>                                entry        A A Y F F Y
POST    /wait-list/<uid:uid>/withdraw                       entry        A A Y F F Y
POST    /wait-list/<uid:uid>/book                           entry        A A Y F F Y
POST    /wait-list/<uid:uid>/declined                       entry        A A Y F F Y
POST    /wait-list/<uid:uid>/unanswered                     entry        A A Y F F Y
POST    /offers/<uid:uid>/accept                            offer        A A Y F F Y
POST    /offers/<uid:uid>/decline                           offer        A A Y F F Y
POST    /offers/<uid:uid>/withdraw                          offer        A A Y F F Y
GET     /api/v1/wait-list                                   .            A A Y F F Y
POST    /api/v1/wait-list                                   .            A A Y F F Y
GET     /api/v1/wait-list/<uid:uid>                         entry        A A Y F F Y
PUT     /api/v1/wait-list/<uid:uid>                         entry        A A Y F F Y
DELETE  /api/v1/wait-list/<uid:uid>                         entry        A A Y F F Y
GET     /api/v1/wait-list/calls                             .            A A Y F F Y
POST    /api/v1/wait-list/<uid:uid>/calls                   entry        A A Y F F Y
POST    /api/v1/wait-list/<uid:uid>/booking                 entry        A A Y F F Y
GET     /api/v1/offers                                      .            A A Y F F Y
DELETE  /api/v1/offers/<uid:uid>                            offer        A A Y F F Y
POST    /api/v1/offers/<uid:uid>/acceptance                 offer        A A Y F F Y
POST    /api/v1/offers/<uid:uid>/refusal                    offer        A A Y F F Y
GET     /api/v1/messages                                    .            A A Y Y Y Y
GET     /api/v1/messages/next                               .            A A Y Y Y Y
GET     /api/v1/messages/why                                .            A A Y Y Y Y
GET     /api/v1/messages/worker                             .            A A Y F F Y
POST    /api/v1/messages/worker/resume                      .            A A Y F F Y
GET     /api/v1/messages/<uid:uid>                          message      A A Y Y N Y
GET     /api/v1/calls                                       .            A A Y F F Y
POST    /api/v1/calls/<uid:uid>/outcome                     call         A A Y F F Y
GET     /api/v1/availability                                .            A A Y Y Y Y
GET     /api/v1/availability/next                           .            A A Y Y Y Y
GET     /api/v1/availability/explain                        .            A A Y Y Y Y
GET     /api/v1/diary                                       .            A A Y Y Y Y
"""

ACTORS = ("anonymous", "link", "receptionist", "therapist own", "therapist other", "owner")


def expected_access() -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
    """Return {(method, rule): (object, {actor: letter})}; raises ``ValueError`` for a line that is not well formed."""
    rows: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}
    for line in filter(str.strip, TABLE.splitlines()):
        method, rule, kind, *letters = line.split()
        if len(letters) != len(ACTORS) or set(letters) - set("YAFN") or (method, rule) in rows:
            raise ValueError(f"not a line of this table: {line}")
        rows[method, rule] = kind, dict(zip(ACTORS, letters, strict=True))
    return rows
