"""Addresses of the citizen's pages. None of them names a person."""

from django.urls import path

from medkarta.portal.views import (
    card,
    control,
    demo,
    diagnoses,
    item,
    link,
    papers,
    profile,
    start,
    timeline,
    visits,
)

urlpatterns = [
    path("", start.home, name="home"),
    path("demo", demo.demo, name="demo"),
    path("help", start.help_page, name="help"),
    path("card", card.card, name="card"),
    path("card/labs", card.labs, name="labs"),
    path("card/vitals", card.vitals, name="vitals"),
    path("card/labs/<str:system>/<path:code>", card.analyte, name="analyte"),
    path("card/diagnoses", diagnoses.diagnoses_page, name="diagnoses"),
    path("card/visits", visits.visits_page, name="visits"),
    path("card/hospital", visits.hospital, name="hospital"),
    path("card/documents", papers.papers_page, name="papers"),
    path("card/timeline", timeline.timeline, name="timeline"),
    path("card/item/<str:resource_type>/<str:logical_id>", item.item, name="item"),
    path("card/original/<str:logical_id>", item.original, name="original"),
    path("control", control.control, name="control"),
    path("control/log", control.log, name="log"),
    path("control/consents", control.consent_list, name="consents"),
    path("control/consents/withdraw", control.withdraw, name="withdraw"),
    path("profile", profile.profile, name="profile"),
    path("profile/documents", profile.documents, name="documents"),
    path("profile/documents/new", profile.policy, name="policy"),
    path("link", link.link, name="link"),
    path("link/consent", link.consent, name="consent"),
    path("link/request", link.link_request, name="link_request"),
    path("link/request/done", link.link_done, name="link_done"),
]
