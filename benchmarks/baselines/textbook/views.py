"""The four pages."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, render

from benchmarks.baselines.textbook.models import Comment, Community, Membership, Reaction, Thread

CARDS, LISTED, WINDOW = 20, 15, 50


def around(request):
    """What every page shows: the bell."""
    if not request.user.is_authenticated:
        return {}
    return {"bell": request.user.notices.filter(seen=False).count()}


def visible(membership):
    """The spaces that a member may read."""
    return [
        space
        for space in membership.community.spaces.all()
        if space.visibility != "grant" or space.badge in membership.badges
    ]


def dressed(threads, user):
    """Note on each thread what is new to the reader."""
    reads = {one.thread_id: one for one in user.reads.filter(thread__in=threads)}
    for thread in threads:
        mine = reads.get(thread.pk)
        thread.unread = max(0, thread.comment_count + 1 - (mine.place if mine else 0))
        thread.followed = bool(mine and mine.follows)
    return threads


def listed(spaces, limit):
    """The newest threads with their people and last comments."""
    last = Comment.objects.select_related("author", "author__profile").order_by("-place")[:2]
    return list(
        Thread.objects.filter(space__in=spaces)
        .select_related("author", "author__profile", "space", "space__community")
        .prefetch_related(Prefetch("comments", last, to_attr="last_comments"))
        .order_by("-active_at")[:limit]
    )


@login_required
def home(request):
    """The stream of 20 cards."""
    memberships = Membership.objects.filter(user=request.user).select_related("community")
    memberships = list(memberships.prefetch_related("community__spaces"))
    spaces = [space for one in memberships for space in visible(one)]
    threads = dressed(listed(spaces, CARDS), request.user)
    return render(request, "home.html", {"memberships": memberships, "threads": threads})


def member_of(request, slug):
    """The membership of the reader, or 404."""
    return get_object_or_404(
        Membership.objects.select_related("community"), community__slug=slug, user=request.user
    )


@login_required
def thread(request, slug, number):
    """50 comments of a thread."""
    membership = member_of(request, slug)
    found = get_object_or_404(
        Thread.objects.select_related("author", "author__profile", "space", "space__community"),
        number=number,
    )
    if found.space not in visible(membership):
        raise Http404
    after = int(request.GET.get("after", 0))
    comments = list(
        found.comments.filter(place__gt=after)
        .select_related("author", "author__profile")
        .order_by("place")[:WINDOW]
    )
    dressed([found], request.user)
    counts = (
        Reaction.objects.filter(comment__in=comments)
        .values("comment_id", "name")
        .annotate(times=Count("pk"))
    )
    mine = set(
        Reaction.objects.filter(comment__in=comments, user=request.user).values_list(
            "comment_id", "name"
        )
    )
    felt = {}
    for one in counts:
        own = (one["comment_id"], one["name"]) in mine
        felt.setdefault(one["comment_id"], []).append((one["name"], one["times"], own))
    for comment in comments:
        comment.felt = felt.get(comment.pk, [])
        comment.own = comment.author_id == request.user.pk
    return render(
        request,
        "thread.html",
        {"community": membership.community, "thread": found, "comments": comments},
    )


@login_required
def space(request, slug, space):
    """15 threads of a space."""
    membership = member_of(request, slug)
    found = next((one for one in visible(membership) if one.slug == space), None)
    if found is None:
        raise Http404
    threads = dressed(listed([found], LISTED), request.user)
    return render(
        request,
        "space.html",
        {"community": membership.community, "space": found, "threads": threads},
    )


def door(request, slug):
    """The public page of a community."""
    community = get_object_or_404(Community, slug=slug)
    people = community.memberships.select_related("user", "user__profile").order_by("joined_at")
    return render(
        request,
        "door.html",
        {
            "community": community,
            "count": community.memberships.count(),
            "faces": people[:24],
            "keepers": people[:3],
            "spaces": community.spaces.filter(visibility="public"),
        },
    )
