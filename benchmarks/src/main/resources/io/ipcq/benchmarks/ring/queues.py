# SPDX-License-Identifier: Apache-2.0
"""Python's queues between processes: prints one figure.

throughput KIND BYTES PRODUCERS CONSUMERS MESSAGES   messages a second
rtt KIND MESSAGES PERCENTILE                         microseconds there and back
"""
import multiprocessing
import sys
import time


def make(kind):
    return multiprocessing.SimpleQueue() if kind == "SimpleQueue" else multiprocessing.Queue()


def produce(queue, start, size, count):
    message = b"x" * size
    start.wait()
    for _ in range(count):
        queue.put(message)


def consume(queue, start):
    start.wait()
    while queue.get() is not None:
        pass


def throughput(kind, size, producers, consumers, messages):
    queue = make(kind)
    start = multiprocessing.Barrier(producers + consumers + 1)
    senders = [
        multiprocessing.Process(target=produce, args=(queue, start, size, messages // producers)) for _ in range(producers)
    ]
    receivers = [multiprocessing.Process(target=consume, args=(queue, start)) for _ in range(consumers)]
    for process in senders + receivers:
        process.start()
    start.wait()
    began = time.perf_counter()
    for process in senders:
        process.join()
    for _ in receivers:
        queue.put(None)
    for process in receivers:
        process.join()
    return messages // producers * producers / (time.perf_counter() - began)


def echo(there, back, messages):
    for _ in range(messages):
        back.put(there.get())


def rtt(kind, messages, percentile):
    there, back = make(kind), make(kind)
    other = multiprocessing.Process(target=echo, args=(there, back, messages))
    other.start()
    message = b"x" * 100
    took = []
    for _ in range(messages):
        before = time.perf_counter()
        there.put(message)
        back.get()
        took.append(time.perf_counter() - before)
    other.join()
    took.sort()
    return took[min(messages - 1, int(messages * percentile / 100))] * 1e6


if __name__ == "__main__":
    kind = sys.argv[2]
    if sys.argv[1] == "throughput":
        print(throughput(kind, *map(int, sys.argv[3:])))
    else:
        print(rtt(kind, int(sys.argv[3]), float(sys.argv[4])))
