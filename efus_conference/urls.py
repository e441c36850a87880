from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

import archive.urls
import declarations.urls
import programme.urls
import registration.urls
from efus_conference import views
from efus_conference.views import accounts, erasing, guide, my_data, translations

urlpatterns = [
    # Machine addresses carry no language; the feeds take ?lang=.
    path("", views.to_the_reader_s_language, name="root"),
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-<slug:language>.xml", views.sitemap_of, name="sitemap_of"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("", include((programme.urls.machine, "programme_machine"))),
    path("", include((registration.urls.machine, "registration_machine"))),
    path("", include((declarations.urls.machine, "declarations_machine"))),
    path("", include((archive.urls.machine, "archive_machine"))),
    # The admin carries no language in its addresses; its switch sets a cookie at /admin/setlang/.
    path("admin/", include("django.conf.urls.i18n")),
    path(
        "admin/efus_conference/user/<int:pk>/erase/",
        admin.site.admin_view(erasing.erase_account),
        name="erase_account",
    ),
    path("admin/translations/", admin.site.admin_view(translations.overview), name="translations"),
    path("admin/translations/sheet/", admin.site.admin_view(translations.sheet), name="translations_sheet"),
    path(
        "admin/translations/back/", admin.site.admin_view(translations.sheet_back), name="translations_back"
    ),
    path("admin/guide/", admin.site.admin_view(guide.guide), name="guide_first"),
    path("admin/guide/<slug:name>/", admin.site.admin_view(guide.guide), name="guide"),
    path(
        "admin/guide/pictures/<str:name>",
        admin.site.admin_view(guide.guide_picture),
        name="guide_picture",
    ),
    path("admin/", admin.site.urls),
    path("media/<path:name>", views.media, name="media"),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("manifest.webmanifest", views.manifest, name="manifest"),
        path("my/data/", my_data.my_data, name="my_data"),
        path("my/data/take/", my_data.take_my_data, name="take_my_data"),
        path("my/data/erase/", erasing.erase_me, name="erase_me"),
        path("my/data/erased/", erasing.erased, name="erased"),
        path("", include((programme.urls.pages, "programme"))),
        path("", include((registration.urls.pages, "registration"))),
        path("", include((declarations.urls.pages, "declarations"))),
        path("", include((archive.urls.pages, "archive"))),
        # Found before allauth's own of the same name.
        path("accounts/login/code/confirm/", accounts.confirm_login_code, name="account_confirm_login_code"),
        path("accounts/confirm-email/", accounts.confirm_address, name="account_email_verification_sent"),
        path("accounts/", include("allauth.urls")),
    ),
]

handler400 = "efus_conference.views.bad_request"
handler403 = "efus_conference.views.permission_denied"
handler404 = "efus_conference.views.not_found"
handler500 = "efus_conference.views.server_error"
