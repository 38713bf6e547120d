"""Addresses of the operator's desk, below /c/<slug>/desk/."""

from django.urls import path

from qunluo.web.desk.views import home, joining, log, measures, members, record, roles

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("members/", members.members, name="members"),
    path("members/together/", members.together, name="together"),
    path("members/segments/", members.save_segment, name="save_segment"),
    path("members/segments/<int:pk>/delete/", members.delete_segment, name="delete_segment"),
    path("members/<int:pk>/", record.member, name="member"),
    path("members/<int:pk>/note/", record.note, name="note"),
    path("members/<int:pk>/tag/", record.tag, name="tag"),
    path("members/<int:pk>/tag/<int:tag>/remove/", record.untag, name="untag"),
    path("members/<int:pk>/host/", record.host, name="host"),
    path("members/<int:pk>/care/", record.care, name="care"),
    path("members/<int:pk>/measure/", measures.take, name="measure"),
    path("members/<int:pk>/give/", roles.give, name="give"),
    path("applications/", joining.applications, name="applications"),
    path("applications/<int:pk>/", joining.application, name="application"),
    path("applications/<int:pk>/verify/", joining.verify, name="verify"),
    path("appeals/", measures.appeals, name="appeals"),
    path("appeals/<int:pk>/", measures.appeal, name="appeal"),
    path("roles/", roles.roles, name="roles"),
    path("roles/<int:pk>/revoke/", roles.revoke, name="revoke"),
    path("log/", log.audit, name="audit"),
    path("trouble/", log.trouble, name="trouble"),
    path("trouble/<int:letter>/", log.settle, name="settle"),
]
