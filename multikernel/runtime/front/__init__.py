"""The side towards the notebook: channels, connection file and history."""
