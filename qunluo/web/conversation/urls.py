"""Addresses of the talk of a community: its spaces, its threads by number, and writing."""

from django.urls import path

from qunluo.web.conversation.views import (
    boards,
    cards,
    chat,
    feeds,
    files,
    imported,
    managing,
    posts,
    relocating,
    search,
    spaces,
    threads,
    topics,
    writing,
)

app_name = "talk"
TALK = "c/<slug:slug>/talk/"
SPACE = f"{TALK}in/<slug:space>/"
THREAD = f"{TALK}<int:number>/"
POST = f"{THREAD}<int:place>/"
urlpatterns = [
    path(TALK, spaces.spaces, name="spaces"),
    path(f"{TALK}files/<slug:uid>/", files.file, name="file"),
    path(f"{TALK}files/<slug:uid>/drop/", files.drop, name="file_drop"),
    path("search/", search.everywhere, name="find"),
    path("c/<slug:slug>/search/", search.search, name="search"),
    path(f"{TALK}topics/", topics.topics, name="topics"),
    path(f"{TALK}topics/<str:topic>/", topics.topic, name="topic"),
    path(f"{SPACE}feed.atom", feeds.feed, name="feed"),
    path(f"{THREAD}share/", cards.share, name="share"),
    path(f"{THREAD}card.png", cards.card, name="card"),
    path("live-pass/", chat.listen, name="live_pass"),
    path(f"{TALK}people/", chat.talks, name="talks"),
    path(f"{TALK}people/new/", chat.new_circle, name="new_circle"),
    path(f"{TALK}with/<str:handle>/", chat.talk_with, name="talk_with"),
    path(f"{SPACE}say/", chat.say, name="say"),
    path(f"{SPACE}seen/", chat.seen, name="seen"),
    path(f"{SPACE}circle/", chat.circle, name="circle"),
    path(f"{TALK}boards/", boards.boards, name="boards"),
    path(f"{TALK}boards/<slug:kind>/", boards.board, name="board"),
    path(f"{TALK}drafts/", writing.drafts, name="drafts"),
    path(f"{TALK}spaces/", managing.manage, name="manage"),
    path(f"{TALK}imported/", imported.imported, name="imported"),
    path(f"{TALK}imported/<int:pk>/release/", imported.release, name="release"),
    path(f"{TALK}claim/<str:code>/", imported.claim, name="claim"),
    path(SPACE, spaces.space, name="space"),
    path(f"{SPACE}new/", writing.new, name="new"),
    path(f"{SPACE}files/", files.add, name="files"),
    path(f"{SPACE}draft/", writing.draft, name="draft"),
    path(f"{SPACE}follow/", spaces.follow, name="space_follow"),
    path(f"{SPACE}read/", spaces.read, name="space_read"),
    path(f"{SPACE}edit/", managing.edit, name="space_edit"),
    path(f"{SPACE}archive/", managing.archive, name="space_archive"),
    path(THREAD, threads.thread, name="thread"),
    path(f"{THREAD}reply/", writing.reply, name="reply"),
    path(f"{THREAD}draft/", writing.reply_draft, name="reply_draft"),
    path(f"{THREAD}act/", threads.act, name="act"),
    path(f"{THREAD}follow/", threads.follow, name="follow"),
    path(f"{THREAD}move/<str:move>/", threads.move, name="move"),
    path(f"{THREAD}relocate/", relocating.relocate, name="relocate"),
    path(f"{THREAD}split/", relocating.split, name="split"),
    path(f"{POST}edit/", posts.edit, name="post_edit"),
    path(f"{POST}remove/", posts.remove, name="post_remove"),
    path(f"{POST}history/", posts.history, name="post_history"),
]
