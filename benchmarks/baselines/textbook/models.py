"""A community, its spaces, threads and comments, with the counters that a list needs stored."""

from django.conf import settings
from django.db import models


class Community(models.Model):
    """Where people belong."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    sentence = models.CharField(max_length=200)


class Profile(models.Model):
    """The face of a user."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)
    handle = models.CharField(max_length=12, unique=True)
    picture = models.CharField(max_length=80, blank=True)


class Membership(models.Model):
    """Who belongs where."""

    community = models.ForeignKey(Community, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField()
    badges = models.JSONField(default=list)

    class Meta:
        unique_together = [("community", "user")]


class Space(models.Model):
    """Where people talk."""

    community = models.ForeignKey(Community, models.CASCADE, related_name="spaces")
    slug = models.SlugField()
    name = models.CharField(max_length=60)
    visibility = models.CharField(max_length=7)
    badge = models.CharField(max_length=40, blank=True)


class Thread(models.Model):
    """A thread with its text."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="threads")
    number = models.PositiveIntegerField(unique=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="threads")
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=120, blank=True)
    body = models.TextField()
    comment_count = models.PositiveIntegerField(default=0)
    useful = models.PositiveIntegerField(default=0)
    fun = models.PositiveIntegerField(default=0)
    warm = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    active_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["space", "-active_at"])]

    def get_absolute_url(self):
        """Where it is read."""
        from django.urls import reverse

        return reverse("thread", args=[self.space.community.slug, self.number])


class Comment(models.Model):
    """A reply."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    place = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="comments")
    body = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        unique_together = [("thread", "place")]


class Reaction(models.Model):
    """How somebody felt a comment."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reactions")
    name = models.CharField(max_length=10)


class Read(models.Model):
    """How far somebody has read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reads")
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="reads")
    place = models.PositiveIntegerField(default=0)
    follows = models.BooleanField(default=False)

    class Meta:
        unique_together = [("user", "thread")]


class Notice(models.Model):
    """What waits behind the bell."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    seen = models.BooleanField(default=False)


class Good(models.Model):
    """Something that is sold."""

    community = models.ForeignKey(Community, models.CASCADE, related_name="goods")
    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=80)
    lead = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    category = models.CharField(max_length=20, db_index=True)
    origin = models.CharField(max_length=200)
    quality = models.TextField()
    defects = models.TextField(blank=True)
    needs = models.JSONField(default=list)
    parts = models.JSONField(default=list)
    sold = models.PositiveIntegerField(default=0)

    def get_absolute_url(self):
        """Where it is looked at."""
        from django.urls import reverse

        return reverse("good", args=[self.community.slug, self.number])


class Picture(models.Model):
    """A picture of something that is sold."""

    good = models.ForeignKey(Good, models.CASCADE, related_name="pictures")
    key = models.CharField(max_length=80)
    alt = models.CharField(max_length=200, blank=True)
    place = models.PositiveSmallIntegerField(default=0)


class Form(models.Model):
    """A size in which something is sold."""

    good = models.ForeignKey(Good, models.CASCADE, related_name="forms")
    name = models.CharField(max_length=60)
    price = models.BigIntegerField()
    member_price = models.BigIntegerField()
    place = models.PositiveSmallIntegerField(default=0)


class Stock(models.Model):
    """How many are left."""

    form = models.OneToOneField(Form, models.CASCADE, related_name="stock")
    amount = models.PositiveIntegerField()


class CartItem(models.Model):
    """What somebody wants."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="cart")
    form = models.ForeignKey(Form, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(default=1)
