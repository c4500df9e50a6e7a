"""What to ask in a conversation about a repository: questions that name its own files and lines.

For an interviewer, and for a candidate who prepares. The words are data (``analyzer.knowledge.interview``); what
finds the ground of each question stands in ``guide_topics`` and ``more_topics``, and ``choice`` picks among them.
"""

from analyzer.interview.choice import Interview, Question, interview_questions

__all__ = ["Interview", "Question", "interview_questions"]
