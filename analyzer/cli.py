"""Command line (provisional)."""
import argparse, sys
from analyzer.analysis import analyze_local
from analyzer.errors import FolioscopeError
from analyzer.limits import Limits
from analyzer.rubric import load_rubric
from analyzer.target import parse_target
from analyzer.reporters.json_report import render_json


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("command"); p.add_argument("target"); p.add_argument("--format"); p.add_argument("--offline", action="store_true"); p.add_argument("--subdir", default=""); p.add_argument("--standalone", action="store_true")
    a = p.parse_args()
    try:
        r = analyze_local(parse_target(a.target, subdir=a.subdir), load_rubric(), Limits(), standalone=a.standalone)
    except FolioscopeError as e:
        print(e, file=sys.stderr); return e.exit_code
    sys.stdout.write(render_json(r))
    return 0
