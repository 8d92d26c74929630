"""Superset's configuration. Superset loads this file by SUPERSET_CONFIG_PATH. Names are those of superset/config.py."""

from pathlib import Path

from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException
from superset.security import SupersetSecurityManager
from superset.utils.core import get_user_id
from superset.utils.log import AbstractEventLogger

SECRET_KEY = Path("{{secretDir}}/secret-key").read_text(encoding="ascii").strip()
SQLALCHEMY_DATABASE_URI = "sqlite:///{{dataDir}}/superset.db?check_same_thread=false"

# Cookies belong to a host, not to a port: without its own name, two stacks would end each other's sessions.
SESSION_COOKIE_NAME = "superset_{{supersetPort}}"
# Rejects requests to other host names, with which a web page could reach this server through DNS.
TRUSTED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

# Everyone on this machine may read the dashboards that have the role Public. All else requires a login.
AUTH_ROLE_PUBLIC = "Public"
PUBLIC_ROLE_LIKE = "Public"
AUTH_USER_REGISTRATION = False
FEATURE_FLAGS = {"DASHBOARD_RBAC": True}


class ViewerSecurityManager(SupersetSecurityManager):
    """Without a login, charts run with the declared metrics and columns only: no SQL comes from the browser."""

    def raise_for_access(self, *args, **kwargs):
        super().raise_for_access(*args, **kwargs)
        context, viz = kwargs.get("query_context"), kwargs.get("viz")
        if get_user_id() is not None or (context is None and viz is None):
            return
        source = context.datasource if context else viz.datasource
        asked = [vars(query) for query in context.queries] if context else viz.form_data
        if any(text not in source.column_names for text in _sql_in(asked)):
            message = "Log in to run SQL of your own"
            error = SupersetError(message, SupersetErrorType.QUERY_SECURITY_ACCESS_ERROR, ErrorLevel.ERROR)
            raise SupersetSecurityException(error)


def _sql_in(value):
    """All SQL texts in a request. Charts with a time axis send the name of its column as SQL."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name in ("sqlExpression", "where", "having") and isinstance(part, str) and part:
                yield part
            yield from _sql_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _sql_in(part)


CUSTOM_SECURITY_MANAGER = ViewerSecurityManager

# Charts show the current rows: no result is cached, and a refresh queries Pinot.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DASHBOARD_AUTO_REFRESH_MODE = "force"
# Relative time ranges, such as "Last hour", end now; by default they end at midnight.
DEFAULT_RELATIVE_START_TIME = "now"
DEFAULT_RELATIVE_END_TIME = "now"

# The pages load nothing from other hosts: no telemetry pixel, no maps.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'", "data:"],
        "frame-ancestors": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": ["'none'"],
        "script-src": ["'self'", "'strict-dynamic'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
THEME_FONT_URL_ALLOWED_DOMAINS = []
FAB_API_SWAGGER_UI = False
ENABLE_CORS = False



class NoEventLogger(AbstractEventLogger):
    """Records nothing. By default each refresh of each chart adds a row to the metadata, for ever."""

    def log_with_context(self, *args, **kwargs):
        pass

    def log(self, *args, **kwargs):
        pass


EVENT_LOGGER = NoEventLogger()
LOG_LEVEL = "WARNING"

# One process: the limits per client are kept in its memory.
RATELIMIT_STORAGE_URI = "memory://"
