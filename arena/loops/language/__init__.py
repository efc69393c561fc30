"""What the loops of language models share: the chats that seats had, the weights, their checkpoints; and `sft`."""
