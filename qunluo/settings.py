"""Django settings, every one of ours read from the environment with the prefix QUNLUO_."""

from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from qunluo.environment import env

ROOT = Path(__file__).resolve().parent
ENV = env.choice("ENV")
DEMO = ENV == "demo"
DEBUG = env.flag("DEBUG")
DATA_DIR = env.path("DATA_DIR")
SECRET_KEY = env.secret("SECRET_KEY")
SITE_URL = env.text("SITE_URL").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
SECURE = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "qunluo.kernel",
    "qunluo.people",
    "qunluo.reach",
    "qunluo.community",
    "qunluo.ledger",
    "qunluo.governance",
    "qunluo.conversation",
    "qunluo.market",
    "qunluo.growth",
    "qunluo.blueprints",
    "qunluo.web",
    "qunluo.api",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    *env.providers(),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "qunluo.web.core.middleware.PolicyMiddleware",
    "qunluo.web.core.whole.WholeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "qunluo.web.core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "qunluo.web.core.middleware.WhoMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "qunluo.web.accounts.middleware.TooOftenMiddleware",
    "qunluo.web.core.middleware.PersonMiddleware",
    "qunluo.web.me.middleware.SeenMiddleware",
    "qunluo.web.core.limits.LimitsMiddleware",
    "qunluo.web.core.once.OnceMiddleware",
    "qunluo.web.core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "qunluo.urls"
WSGI_APPLICATION = "qunluo.wsgi.application"
AREAS = sorted(p.parent for p in (ROOT / "web").glob("*/templates"))
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [area / "templates" for area in AREAS],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "qunluo.web.core.jinja.environment",
            "context_processors": [
                "qunluo.web.core.context.page",
                "qunluo.web.accounts.context.houses",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'qunluo.sqlite3'}", conn_max_age=None
    )
}
SYNCHRONOUS = ""
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "qunluo.kernel.sqlite"
    # Tests survive no power cut, and the demo may lose its last second: they need not wait for
    # the disk. Real data does, at every commit.
    SYNCHRONOUS = {"test": "OFF", "demo": "NORMAL"}.get(ENV, "FULL")
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "cached_statements": 400,
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={SYNCHRONOUS};"
        "PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;",
    }
    # A file, because races need several connections to one database.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        DATABASES["default"]["ENGINE"] = "qunluo.kernel.postgres"
        # After a restart of the server a thread finds out by itself that it has to connect anew.
        DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Its import costs a fifth of a second that SQLite need not pay.
    INSTALLED_APPS.insert(0, "django.contrib.postgres")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "qunluo.web.accounts.passwords.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# Who carries pushes to devices; see reach/ports.py.
PUSH_CARRIER = "qunluo.providers.webpush.carrier.WebPush"
# Who carries messages through each kind of channel, and who reads feeds.
CHANNEL_CARRIERS = {
    "webhook": "qunluo.providers.webhooks.Webhook",
    "robot": "qunluo.providers.wecom.GroupRobot",
    "account": "qunluo.providers.wechat.carrier.OfficialAccount",
}
# Who takes in money: each folder here is a provider; see market/ports.py.
PAYMENT_PROVIDERS = {
    p.parent.name: str(p.parent) for p in sorted(ROOT.glob("providers/payments/*/provider.py"))
}
FEED_READER = "qunluo.providers.feeds.Feeds"
# Where answers to letters arrive, and what the mail server proves itself with when it hands one in.
REPLY_ADDRESS = env.text("REPLY_ADDRESS")
MAIL_KEY = env.text("MAIL_KEY")
MAIL_CHECKER = env.text("MAIL_CHECKER")
# A mailbox in which such answers lie, and who reads it.
IMAP_URL = env.text("IMAP_URL")
MAILBOX_READER = "qunluo.providers.imap.ImapMailbox"
ACCOUNT_ADAPTER = "qunluo.providers.accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "qunluo.providers.accounts.adapter.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Person.email holds only proven addresses (people.actions.sync_email); allauth keeps the claims.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "qunluo.web.accounts.forms.SignupExtras"
ACCOUNT_UNIQUE_EMAIL = True
# Strict: signing up with a known address looks the same as with a new one.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A whole hall signs up through one address when the QR code is on the wall.
ACCOUNT_RATE_LIMITS = (
    False
    if env.flag("NO_RATE_LIMITS")
    else {"login_failed": "10/m/ip,5/5m/key", "signup": "60/m/ip"}
)
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600  # seconds
ACCOUNT_FORMS = {
    name: f"qunluo.web.accounts.worded.{form}"
    for name, form in {
        "login": "Login",
        "signup": "Signup",
        "add_email": "AddEmail",
        "change_password": "ChangePassword",
        "set_password": "SetPassword",
        "reset_password": "ResetPassword",
        "reset_password_from_key": "ResetPasswordKey",
        "reauthenticate": "Reauthenticate",
        "request_login_code": "RequestLoginCode",
        "confirm_login_code": "ConfirmLoginCode",
        "confirm_password_reset_code": "ConfirmPasswordResetCode",
    }.items()
}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("BEHIND_PROXY") else 0
MFA_FORMS = {
    "authenticate": "qunluo.web.accounts.worded_mfa.Authenticate",
    "reauthenticate": "qunluo.web.accounts.worded_mfa.ReauthenticateByCode",
    "activate_totp": "qunluo.web.accounts.worded_mfa.ActivateTotp",
    "add_webauthn": "qunluo.web.accounts.worded_mfa.AddPasskey",
    "edit_webauthn": "qunluo.web.accounts.worded_mfa.EditPasskey",
}
MFA_ADAPTER = "qunluo.providers.accounts.adapter.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Qunluo"
# Who types slowly, or on a slow line, is one step late (RFC 6238, 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
USERSESSIONS_TRACK_ACTIVITY = False  # a write per request; web.me.middleware notes it now and then
SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_FORMS = {"signup": "qunluo.web.accounts.worded.SocialSignup"}
SOCIALACCOUNT_PROVIDERS = env.provider_settings()

EMAIL_CONFIG = env.email()
EMAIL_BACKEND = EMAIL_CONFIG["backend"]
EMAIL_HOST = EMAIL_CONFIG["host"]
EMAIL_PORT = EMAIL_CONFIG["port"]
EMAIL_HOST_USER = EMAIL_CONFIG["user"]
EMAIL_HOST_PASSWORD = EMAIL_CONFIG["password"]
EMAIL_USE_TLS = EMAIL_CONFIG["tls"]
EMAIL_TIMEOUT = 20
# With filebased: as QUNLUO_EMAIL_URL, mail becomes files here.
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM")

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
    }
}
FORM_RENDERER = "qunluo.web.core.rendering.Fields"
SESSION_ENGINE = "qunluo.kernel.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
SECURE_SSL_REDIRECT = SECURE and not env.flag("BEHIND_PROXY")
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
CSRF_FAILURE_VIEW = "qunluo.web.core.errors.csrf_failed"
X_FRAME_OPTIONS = "DENY"
LIVE_URL = env.text("LIVE_URL").rstrip("/")
# Only the port is known where every address of this machine is served.
LIVE_ORIGIN = f"http://*{LIVE_URL}" if LIVE_URL.startswith(":") else LIVE_URL
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF, *filter(None, [LIVE_ORIGIN])],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF, *env.provider_origins()],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [str(p) for p in sorted((ROOT / "web").glob("*/locale"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE")

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = sorted(p for p in (ROOT / "web").glob("*/static"))
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "qunluo.web.core.sheets.JoinedSheetFinder",
]
WHITENOISE_USE_FINDERS = ENV in {"demo", "test"} or DEBUG
# Tests make hundreds of clients; each would list every static file when it is made.
# For how many seconds at most a page that all visitors see alike is kept, when nothing happens
# (web/core/visitors.py). Tests write to tables without an event, and keep none.
VISITORS_WAIT = 0 if ENV == "test" else 10
WHITENOISE_AUTOREFRESH = DEBUG or ENV == "test"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL")},
    # A page that is not there is no trouble of ours; a reverse proxy counts those.
    "loggers": {"django.request": {"level": "ERROR"}},
}
