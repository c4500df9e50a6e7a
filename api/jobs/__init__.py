"""Jobs: who may run next, the processes that analyze, and the two ways to run them (local pool and Celery)."""
