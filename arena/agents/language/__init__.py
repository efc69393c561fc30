"""Language models as agents: a game's words become a prompt, a completion becomes a legal action with its provenance.

    Legal -> AnswerForm      what the completion must look like       answers.py, bounds.py
    views -> messages        rules first, what changes last           prompts.py, memory.py, quoting.py
    messages -> Completion   an engine behind `LanguageModel`         model.py; openai.py, transformers.py, vllm.py
    Completion -> Reply      read, asked again, recorded              reading.py, agent.py
    record -> messages       the same for trainers, without an engine conversation.py

One model serves all seats of the process; an agent is one seat's conversation with it.
"""
