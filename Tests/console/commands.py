"""The commands of a host beside the console, each by what the socket says afterwards."""

import re

from flows import ask, host, knock, meeting
from harness import Daemon, check, equal, test
from terminal import signed_in
