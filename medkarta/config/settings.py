"""Django's settings. Importing them starts nothing and writes nothing."""

import os
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from medkarta.config import environment, logs
from medkarta.config.home import Home
from medkarta.config.postgres import connection
from medkarta.config.web.envelope import LARGEST_BODY
from medkarta.foundation.sealing import Sealer

ENVIRONMENT = environment.read()
HOME = Home(ENVIRONMENT.home)
DEMO = ENVIRONMENT.demo

DEBUG = False
# Before the first start there is no key; what one process would sign with this, no other accepts.
_KEYS = HOME.read_keys()
SECRET_KEY, *SECRET_KEY_FALLBACKS = _KEYS.signing_keys or [secrets.token_urlsafe(48)]
SEALER = Sealer(_KEYS.sealing_secrets or [secrets.token_urlsafe(48)])

OWN_APPS = [
    "medkarta.foundation",
    "medkarta.terminology",
    "medkarta.audit",
    "medkarta.notifications",
    "medkarta.accounts",
    "medkarta.clinics",
    "medkarta.patients",
    "medkarta.insurance",
    "medkarta.clients",
    "medkarta.consents",
    "medkarta.access",
    "medkarta.record",
    "medkarta.exports",
    "medkarta.subscriptions",
    "medkarta.fhir_api",
    "medkarta.oauth",
    "medkarta.portal",
    "medkarta.backoffice",
    "medkarta.demo",
]
INSTALLED_APPS = [
    *OWN_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
if find_spec("django_linear_migrations"):  # Only where somebody develops.
    INSTALLED_APPS.append("django_linear_migrations")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "medkarta.config.middleware.PrivatePagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "medkarta.accounts.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "medkarta.config.middleware.AccountLanguageMiddleware",
    "medkarta.config.middleware.WordsForMethodMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "medkarta.accounts.middleware.EndedSessionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "medkarta.accounts.interruption.AskedPasswordMiddleware",
    "medkarta.accounts.freshness.FreshFactorsMiddleware",
]

ROOT_URLCONF = "medkarta.config.urls"
WSGI_APPLICATION = "medkarta.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "medkarta.portal.acting.banner",
            ]
        },
    }
]

# --- database -------------------------------------------------------------------------------
# The pages run as the application role; `manage.py` and `medkarta migrate` as the owner.
_WRITERS = 5  # the threads of `fhir_api.writer`
AS_OWNER = os.environ.get("MEDKARTA_DATABASE_ROLE") == "owner"
_DATABASE = connection.of_role(ENVIRONMENT, owner=AS_OWNER)
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _DATABASE.host,
        "PORT": str(_DATABASE.port),
        "NAME": _DATABASE.database,
        "USER": _DATABASE.user,
        "PASSWORD": _DATABASE.password,
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,  # a restarted database costs nobody a page
        # What asks for it (foundation.statements) is prepared; Django's own queries are not.
        "OPTIONS": {**dict(_DATABASE.options), "prepare_threshold": 5},
    }
}
if AS_OWNER:
    # A migration that cannot get its lock gives way instead of stopping the pages behind it.
    DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=4s"
else:
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": ENVIRONMENT.web_threads + _WRITERS,
        "timeout": 3,
    }

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
    }
}

# --- accounts (owned by medkarta.accounts) ----------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "medkarta.accounts.passwords.LengthValidator"},
    {"NAME": "medkarta.accounts.passwords.GuessableValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# How long a session lasts is said in medkarta.accounts.rules; closing the browser ends it earlier.
SESSION_ENGINE = "medkarta.accounts.session_store"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
ACCOUNT_ADAPTER = "medkarta.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SESSION_REMEMBER = False
# Failures are counted by medkarta.accounts.actions.throttle and letters by address in
# medkarta.accounts.actions.letters, over all processes; these are a far outer wall.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "reset_password": "20/m/ip",
    "confirm_email": "",
    "password_strength": "300/m/ip,60/m/key",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = {"numeric": True, "length": 6}
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # a session left open changes no address
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# allauth 65.21 asks for this name, with «CODE» twice. Nine digits: it stands for the password.
ACCOUNT_PASSWORD_RESET_BY_CODE_CODE_FORMAT = {"numeric": True, "length": 9}
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_FORMS = {
    "login": "medkarta.accounts.password_forms.LoginForm",
    "signup": "medkarta.accounts.password_forms.SignupForm",
    "reauthenticate": "medkarta.accounts.password_forms.ReauthenticateForm",
    "change_password": "medkarta.accounts.password_forms.ChangePasswordForm",
    "set_password": "medkarta.accounts.password_forms.SetPasswordForm",
    "reset_password": "medkarta.accounts.password_forms.ResetPasswordForm",
    "confirm_password_reset_code": "medkarta.accounts.password_forms.ConfirmResetForm",
    "reset_password_from_key": "medkarta.accounts.password_forms.NewPasswordForm",
}
MFA_ADAPTER = "medkarta.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Nothing can be guessed there; a polyclinic's whole corridor has one address.
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_FORMS = {
    "authenticate": "medkarta.accounts.forms.AuthenticateForm",
    "reauthenticate": "medkarta.accounts.forms.ReauthenticateForm",
    "activate_totp": "medkarta.accounts.forms.ActivateForm",
    "deactivate_totp": "medkarta.accounts.forms.RemoveForm",
    "add_webauthn": "medkarta.accounts.passkey_forms.AddForm",
    "edit_webauthn": "medkarta.accounts.passkey_forms.RenameForm",
    "authenticate_webauthn": "medkarta.accounts.passkey_forms.AuthenticateForm",
    "reauthenticate_webauthn": "medkarta.accounts.passkey_forms.ReauthenticateForm",
    "login_webauthn": "medkarta.accounts.passkey_forms.LoginForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Медкарта"
MFA_TRUST_ENABLED = False
# What lower modules ask of higher ones, and the ways out of the house.
ACCOUNT_HOLDERS = "medkarta.patients.holders.PeopleAsHolders"
NOTIFICATION_CHANNEL = {
    "file": "medkarta.notifications.channels.FileChannel",
    "console": "medkarta.notifications.channels.ConsoleChannel",
    "gateway": "medkarta.notifications.channels.GatewayChannel",
}[ENVIRONMENT.messages]
MESSAGE_GATEWAY = ENVIRONMENT.message_gateway
QUICK_EXIT_URL = ENVIRONMENT.quick_exit_url
INSURED_REGISTER_ORIGIN = ENVIRONMENT.insured_register_origin
INSURED_REGISTER_KEY = ENVIRONMENT.insured_register_key
INSURED_REGISTER = (
    "medkarta.insurance.outside.OutsideRegister"
    if INSURED_REGISTER_ORIGIN
    else "medkarta.insurance.registers.EmbeddedRegister"
)
ESIA: dict[str, Any] | None = (
    {
        "origin": ENVIRONMENT.esia_origin,
        "client_id": ENVIRONMENT.esia_client_id,
        "key": ENVIRONMENT.esia_key,
        "certificate": ENVIRONMENT.esia_certificate,
        "provider_certificate": ENVIRONMENT.esia_provider_certificate,
        "algorithm": ENVIRONMENT.esia_algorithm,
        "redirect_uri": f"{ENVIRONMENT.public_origin}/esia/callback",
    }
    if ENVIRONMENT.esia_origin
    else None
)
PERSON_REGISTER_ORIGIN = ENVIRONMENT.person_register
PERSON_REGISTER = "medkarta.patients.registers." + (
    "HttpRegister" if PERSON_REGISTER_ORIGIN else "EmbeddedRegister"
)
ACCOUNT_FOLLOWERS = ["medkarta.clients.actions.following.AppsFollowAccounts"]
CONSENT_FOLLOWERS = ["medkarta.clients.actions.following.AppsFollowConsents"]
CLIENT_KEY_HOSTS = ENVIRONMENT.client_key_hosts
RECORD_FOLLOWERS = ["medkarta.subscriptions.actions.following.SubscriptionsFollowRecords"]
SUBSCRIPTION_HOSTS = ENVIRONMENT.subscription_hosts
IDENTITY_FOLLOWERS = ["medkarta.insurance.actions.following.PoliciesFollowIdentity"]
# --- consents: to whom people consent ---------------------------------------------------------
_INVENTED = ("Демонстрационный оператор (вымышленный)", "000000, г. Примерск, ул. Образцовая, д. 1")
OPERATOR_NAME, OPERATOR_ADDRESS = (
    (ENVIRONMENT.operator_name, ENVIRONMENT.operator_address)
    if ENVIRONMENT.operator_name or not DEMO
    else _INVENTED
)
# --- end of accounts --------------------------------------------------------------------------

# --- language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("en", "English")]  # each in its own words, never translated
LOCALE_PATHS = [Path(__file__).parents[1] / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Moscow"

# --- static files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = HOME.path / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}

# --- mail: everything that would go out lies in the outbox ---------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = HOME.outbox

# --- origin, cookies, headers -----------------------------------------------------------------
PUBLIC_ORIGIN = ENVIRONMENT.public_origin
ALLOWED_HOSTS = environment.host_names(ENVIRONMENT)
CSRF_TRUSTED_ORIGINS = [PUBLIC_ORIGIN]
_SECURE = ENVIRONMENT.secure
_PREFIX = "__Host-" if _SECURE else ""
SESSION_COOKIE_NAME = f"{_PREFIX}medkarta_session"
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
DEVICE_COOKIE_NAME = f"{_PREFIX}medkarta_device"
CSRF_COOKIE_NAME = f"{_PREFIX}medkarta_csrf"
CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "medkarta.config.failures.stale_form"
LANGUAGE_COOKIE_NAME = f"{_PREFIX}medkarta_language"
LANGUAGE_COOKIE_SECURE = _SECURE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Behind a proxy on the unix socket: only the proxy can reach that socket.
if ENVIRONMENT.unix_socket and _SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # Chromium asks this of redirects after a form too, and our button is a form.
        "form-action": [SELF, *filter(None, [ENVIRONMENT.esia_origin])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = LARGEST_BODY

# --- background jobs --------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# --- logs -------------------------------------------------------------------------------------
LOGGING_CONFIG = None
logs.configure(ENVIRONMENT.log_level)
