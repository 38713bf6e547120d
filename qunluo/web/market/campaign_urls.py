"""Addresses of campaigns."""

from django.urls import path

from qunluo.web.market import campaign_desk, campaigns, passing_on

app_name = "campaigns"
HERE = "c/<slug:slug>/campaigns/"
ONE = f"{HERE}<slug:uid>/"
DESK = "c/<slug:slug>/desk/campaigns/"
urlpatterns = [
    path(HERE, campaigns.index, name="index"),
    path(ONE, campaigns.campaign, name="campaign"),
    path(f"{ONE}join/", campaigns.join, name="join"),
    path(f"{ONE}edit/", campaigns.edit, name="edit"),
    path(f"{ONE}leave/", campaigns.leave, name="leave"),
    path(f"{ONE}lead/", campaigns.lead, name="lead"),
    path(f"{ONE}share/", passing_on.campaign, name="share"),
    path(f"{ONE}card.png", passing_on.campaign_card, name="card"),
    path(f"{ONE}list/", campaign_desk.packing, name="list"),
    path(DESK, campaign_desk.campaigns, name="desk"),
    path(f"{DESK}start/", campaign_desk.start, name="start"),
    path(f"{DESK}<slug:uid>/act/", campaign_desk.act, name="act"),
]
