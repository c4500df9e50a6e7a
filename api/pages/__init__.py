"""The pages for people: a router that ``create_app`` mounts beside the API, with templates and static files.

``router`` (an ``APIRouter``) is included as it is; ``mount(app)``, where there is one, may add more to the app.
"""
