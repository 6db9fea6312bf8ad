"""Reads one number a line, writes the courier's code or an empty line, and last how many seconds it took."""

import sys
import time

from tracking_numbers import get_tracking_number

numbers = sys.stdin.read().split("\n")[:-1]
began = time.perf_counter()
found = [get_tracking_number(number) for number in numbers]
seconds = time.perf_counter() - began
codes = [number.courier.code if number else "" for number in found]
sys.stdout.write("\n".join([*codes, str(seconds)]))
