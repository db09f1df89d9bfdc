# SPDX-License-Identifier: Apache-2.0
"""Python's pipe between two processes: prints the median of a message there and back, in microseconds.

pipes.py BYTES WARM_UP MESSAGES
"""
import multiprocessing
import sys
import time


def echo(end):
    try:
        while True:
            end.send_bytes(end.recv_bytes())
    except EOFError:
        pass


def ask(end, size, count):
    message = b"x" * size
    times = []
    for _ in range(count):
        began = time.perf_counter_ns()
        end.send_bytes(message)
        end.recv_bytes()
        times.append(time.perf_counter_ns() - began)
    return sorted(times)[count // 2] / 1000


if __name__ == "__main__":
    size, warm_up, messages = map(int, sys.argv[1:])
    here, there = multiprocessing.Pipe()
    child = multiprocessing.Process(target=echo, args=(there,), daemon=True)
    child.start()
    ask(here, size, warm_up)
    print(ask(here, size, messages))
