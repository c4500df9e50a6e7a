"""``folioscope serve``: the service in one process, with a local pool of workers unless told otherwise."""

from __future__ import annotations

import argparse

HELP = "serve the web pages and the API"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The settings that one changes most; all can be set by environment and file."""
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: 8000)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that analyze (default: 2)")
    parser.add_argument("--executor", choices=("local", "celery", "none"), help="who runs the jobs (default: local)")
    parser.add_argument("--data-folder", metavar="FOLDER", help="where the database and clones are kept")


def run(arguments: argparse.Namespace) -> int:
    """Serve until the process is told to end."""
    import uvicorn

    from api.app import create_app
    from api.logs import configure
    from api.patience import server_config
    from api.settings import load_settings

    settings = load_settings(
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        executor=arguments.executor,
        data_folder=arguments.data_folder,
    )
    settings.check_binding()
    configure(settings.log_level)
    server = uvicorn.Server(server_config(create_app(settings), settings))
    server.run()
    return 0 if server.started else 3
