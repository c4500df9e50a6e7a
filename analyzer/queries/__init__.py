"""Questions about a repository that more than one rule asks. Facts and where they stand; no judgement."""
