"""The check in CI: where it runs, what it says there, and whether it passes. GitHub, GitLab, Jenkins, or any shell."""
