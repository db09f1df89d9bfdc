# SPDX-License-Identifier: Apache-2.0
"""Prints one figure of one of Python's pools: pools.py python|executor apply|tasks|crash WORKERS"""

import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Pool, get_context

WARM_UP = 2_000
CALLS = 10_000
BURST = 20_000
KILLS = 10


def increment(number):
    return number + 1


def median_micros(call):
    for _ in range(WARM_UP):
        call()
    nanos = []
    for _ in range(CALLS):
        begin = time.perf_counter_ns()
        call()
        nanos.append(time.perf_counter_ns() - begin)
    nanos.sort()
    return nanos[CALLS // 2] / 1e3


def burst(submit, result, size):
    begin = time.perf_counter_ns()
    futures = [submit(number) for number in range(size)]
    for number, future in enumerate(futures):
        assert result(future) == number + 1
    return size * 1e9 / (time.perf_counter_ns() - begin)


def rate(submit, result):
    burst(submit, result, WARM_UP)
    return burst(submit, result, BURST)


def run(running):
    os.write(running, str(os.getpid()).encode())
    time.sleep(60)


def kill(workers):
    """Milliseconds from the SIGKILL of a worker to the end of its task's future; the executor is broken afterwards."""
    begun, running = os.pipe()
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        doomed = pool.submit(run, running)
        pid = int(os.read(begun, 99))
        begin = time.perf_counter_ns()
        os.kill(pid, signal.SIGKILL)
        try:
            doomed.result()
            raise AssertionError("the task ended well though its worker was killed")
        except BrokenProcessPool:
            millis = (time.perf_counter_ns() - begin) / 1e6
    os.close(begun)
    os.close(running)
    return millis


def main():
    kind, what, workers = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if what == "crash":
        # of the executor only: multiprocessing.Pool waits for the result of a killed worker without end
        print(sorted(kill(workers) for _ in range(KILLS))[KILLS // 2])
    elif kind == "python":
        with Pool(workers) as pool:
            if what == "apply":
                print(median_micros(lambda: pool.apply(increment, (1,))))
            else:
                print(rate(lambda number: pool.apply_async(increment, (number,)), lambda future: future.get()))
    else:
        with ProcessPoolExecutor(workers) as pool:
            if what == "apply":
                print(median_micros(lambda: pool.submit(increment, 1).result()))
            else:
                print(rate(lambda number: pool.submit(increment, number), lambda future: future.result()))


if __name__ == "__main__":
    main()
