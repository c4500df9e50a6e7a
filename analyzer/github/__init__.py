"""What only the platform knows: facts about repositories and their owners, through GitHub's REST interface."""
