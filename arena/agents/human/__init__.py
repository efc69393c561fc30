"""A person at a terminal as an agent.

    Legal -> questions, lines -> Action     forms.py
    keys, clock -> a line                   terminal.py
    one decision after the other            agent.py

Everything that others wrote is shown with its control characters escaped.
"""
