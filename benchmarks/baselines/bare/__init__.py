"""The home stream and the thread as barely as they go: Litestar, SQLAlchemy Core, Jinja2.

It reads the tables of the textbook and shows the same cards. A session is a row that names a user;
there is no middleware beside it, no translation and no permission but the spaces of a member.
"""
