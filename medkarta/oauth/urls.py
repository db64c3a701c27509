"""Addresses for programs. `/oauth/authorize`, which a person sees, is a page of portal."""

from django.urls import path

from medkarta.oauth import views

urlpatterns = [
    path(".well-known/smart-configuration", views.configuration, name="smart_configuration"),
    # Where SMART looks: below the FHIR base. The dispatcher leads it here.
    path("fhir/.well-known/smart-configuration", views.configuration, name="fhir_smart"),
    path(".well-known/openid-configuration", views.openid, name="openid_configuration"),
    path("oauth/jwks", views.jwks, name="oauth_jwks"),
    path("oauth/userinfo", views.userinfo, name="oauth_userinfo"),
    path("oauth/token", views.token, name="oauth_token"),
    path("oauth/introspect", views.introspect, name="oauth_introspect"),
    path("oauth/revoke", views.revoke, name="oauth_revoke"),
]
