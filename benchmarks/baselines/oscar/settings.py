"""What the documentation of django-oscar says, in production, on our database."""

from oscar.defaults import *  # type: ignore[import-not-found] # noqa: F403

from benchmarks.baselines.textbook.settings import (  # noqa: F401
    ALLOWED_HOSTS,
    DATABASES,
    DEBUG,
    DEFAULT_AUTO_FIELD,
    SECRET_KEY,
    STATIC_URL,
    USE_TZ,
)

APPS = [
    "address",
    "analytics",
    "basket",
    "catalogue",
    "catalogue.reviews",
    "checkout",
    "communication",
    "customer",
    "dashboard",
    "dashboard.catalogue",
    "dashboard.communications",
    "dashboard.offers",
    "dashboard.orders",
    "dashboard.pages",
    "dashboard.partners",
    "dashboard.ranges",
    "dashboard.reports",
    "dashboard.reviews",
    "dashboard.shipping",
    "dashboard.users",
    "dashboard.vouchers",
    "offer",
    "order",
    "partner",
    "payment",
    "search",
    "shipping",
    "voucher",
    "wishlists",
]


def config(app: str) -> str:
    """Return the configuration of an app of theirs."""
    first, _dot, second = app.partition(".")
    name = (
        second.title() + first.title() if first == "dashboard" else first.title() + second.title()
    )
    return f"oscar.apps.{app}.apps.{name}Config"


INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "oscar.config.Shop",
    *map(config, APPS),
    "widget_tweaks",
    "haystack",
    "treebeard",
    "django_tables2",
]
SITE_ID = 1
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
ROOT_URLCONF = "benchmarks.baselines.oscar.urls"
AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]
OSCAR_DEFAULT_CURRENCY = "CNY"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LANGUAGE_CODE = "en-gb"
