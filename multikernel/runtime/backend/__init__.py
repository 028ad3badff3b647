"""One child kernel: its process, its channels, and what it writes."""
