"""What each environment is made of: the locks, and the code that makes and installs them.

Standard library only, because it runs before anything is installed.
"""
