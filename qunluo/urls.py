"""Every address: the API, then one line per area of the web."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# The admin has no door of its own: rate limits and second steps hold there too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("api/", include("qunluo.api.urls")),
    path("", include("qunluo.web.core.urls")),
    path("", include("qunluo.web.conversation.urls")),
    path("accounts/", include("allauth.urls")),
    path("me/", include("qunluo.web.me.urls")),
    path("", include("qunluo.web.me.public_urls")),
    path("", include("qunluo.web.founding.urls")),
    path("", include("qunluo.web.community.urls")),
    path("", include("qunluo.web.governance.urls")),
    path("", include("qunluo.web.ledger.urls")),
    path("", include("qunluo.web.market.urls")),
    path("", include("qunluo.web.growth.urls")),
    path("", include("qunluo.web.market.campaign_urls")),
    path("", include("qunluo.web.market.claim_urls")),
    path("", include("qunluo.web.market.booking_urls")),
    path("", include("qunluo.web.market.coupon_urls")),
    path("", include("qunluo.web.market.dealer_urls")),
    path("", include("qunluo.web.market.share_urls")),
    path("", include("qunluo.web.market.tier_urls")),
    path("", include("qunluo.web.market.trace_urls")),
    path("", include("qunluo.web.reach.urls")),
    path("", include("qunluo.web.pay.urls")),
    path("c/<slug:slug>/desk/", include("qunluo.web.desk.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "qunluo.web.core.errors.bad_request"
handler403 = "qunluo.web.core.errors.forbidden"
handler404 = "qunluo.web.core.errors.not_found"
handler500 = "qunluo.web.core.errors.server_error"
