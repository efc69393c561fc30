"""`dpo-family`: rounds of self-play in which a language model learns to prefer answers to others at the same prompt."""
