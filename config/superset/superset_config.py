"""Superset's configuration. Superset loads this file by SUPERSET_CONFIG_PATH. Names are those of superset/config.py."""

from pathlib import Path

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
