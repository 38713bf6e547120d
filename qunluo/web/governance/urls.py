"""Addresses of order: keeping away, reports and their queue, held posts, checks, votes."""

from django.urls import path

from qunluo.web.governance.views import acts, checks, distance, goal, held, queue, reports, votes

app_name = "order"
HERE = "c/<slug:slug>/"
DESK, TALK, VOTES = f"{HERE}desk/", f"{HERE}talk/", f"{HERE}votes/"
urlpatterns = [
    path("me/distance/", distance.kept, name="distances"),
    path("p/<str:handle>/distance/", distance.keep, name="keep_distance"),
    path(f"{HERE}reports/", reports.own, name="reports"),
    path(f"{HERE}members/<str:handle>/report/", reports.person, name="report_person"),
    path(f"{TALK}<int:number>/report/", reports.thread, name="report_thread"),
    path(f"{TALK}<int:number>/<int:place>/report/", reports.post, name="report_post"),
    path(f"{TALK}<int:number>/vote/", votes.proposal, name="proposal_vote"),
    path(f"{TALK}held/", held.held, name="held"),
    path(f"{TALK}held/<int:pk>/", held.one, name="held_one"),
    path(f"{DESK}queue/", queue.queue, name="queue"),
    path(f"{DESK}queue/<int:pk>/", queue.case, name="case"),
    path(f"{DESK}checks/", checks.checks, name="checks"),
    path(f"{DESK}disorder/", checks.disorder, name="disorder"),
    path(f"{HERE}acts/", acts.acts, name="acts"),
    path(f"{HERE}acts/new/", acts.new, name="act_new"),
    path(f"{HERE}acts/<int:pk>/second/", acts.second, name="act_second"),
    path(f"{HERE}acts/<int:pk>/withdraw/", acts.withdraw, name="act_withdraw"),
    path(f"{HERE}acts/<int:pk>/remove/", acts.remove, name="act_remove"),
    path(VOTES, votes.votes, name="votes"),
    path(f"{VOTES}goal/", goal.goal, name="goal_vote"),
    path(f"{VOTES}new/", votes.new, name="vote_new"),
    path(f"{VOTES}<int:pk>/", votes.vote, name="vote"),
    path(f"{VOTES}<int:pk>/done/", votes.done, name="vote_done"),
]
