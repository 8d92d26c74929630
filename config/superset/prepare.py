"""Prepares Superset's metadata: creates or migrates the tables, the user admin, and the roles. Repeatable."""

from pathlib import Path

from superset.app import create_app

password = Path("{{secretDir}}/admin-password").read_text(encoding="ascii").strip()
app = create_app()

with app.app_context():
    from flask_migrate import upgrade
    from superset.extensions import appbuilder, security_manager

    import superset

    upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    user = security_manager.find_user("admin")
    if user is None:
        role = security_manager.find_role("Admin")
        security_manager.add_user("admin", "Admin", "of this stack", "admin@localhost", role, password)
    else:
        security_manager.reset_password(user.id, password)
