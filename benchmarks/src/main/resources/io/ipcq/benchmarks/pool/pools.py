# SPDX-License-Identifier: Apache-2.0
"""Prints one figure of one of Python's pools: pools.py python|executor apply|tasks WORKERS"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pool

WARM_UP = 2_000
CALLS = 10_000
BURST = 20_000


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


def main():
    kind, what, workers = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if kind == "python":
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
