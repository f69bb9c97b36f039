"""The person concerned is invited and answers: letter, code, page, paper, receipt."""
