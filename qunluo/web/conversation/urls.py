"""Addresses of the talk of a community: its spaces, its threads by number, and writing."""

from django.urls import path

from qunluo.web.conversation.views import managing, posts, spaces, threads, writing

app_name = "talk"
TALK = "c/<slug:slug>/talk/"
SPACE = f"{TALK}in/<slug:space>/"
THREAD = f"{TALK}<int:number>/"
POST = f"{THREAD}<int:place>/"
urlpatterns = [
    path(TALK, spaces.spaces, name="spaces"),
    path(f"{TALK}drafts/", writing.drafts, name="drafts"),
    path(f"{TALK}spaces/", managing.manage, name="manage"),
    path(SPACE, spaces.space, name="space"),
    path(f"{SPACE}new/", writing.new, name="new"),
    path(f"{SPACE}draft/", writing.draft, name="draft"),
    path(f"{SPACE}read/", spaces.read, name="space_read"),
    path(f"{SPACE}edit/", managing.edit, name="space_edit"),
    path(f"{SPACE}archive/", managing.archive, name="space_archive"),
    path(THREAD, threads.thread, name="thread"),
    path(f"{THREAD}reply/", writing.reply, name="reply"),
    path(f"{THREAD}draft/", writing.reply_draft, name="reply_draft"),
    path(f"{THREAD}act/", threads.act, name="act"),
    path(f"{THREAD}follow/", threads.follow, name="follow"),
    path(f"{THREAD}move/<str:move>/", threads.move, name="move"),
    path(f"{POST}edit/", posts.edit, name="post_edit"),
    path(f"{POST}remove/", posts.remove, name="post_remove"),
    path(f"{POST}history/", posts.history, name="post_history"),
]
