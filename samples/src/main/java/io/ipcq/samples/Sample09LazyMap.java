// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.pool.ProcessPool;
import io.ipcq.pool.TerminalProgress;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Question: how does a pool work through an input that is larger than the memory, and how does one see how far it is?
 *
 * <p>Elements are read as results are taken, so only a window of them exists at any time: a heap of 32 MB is enough for
 * any number of elements.
 *
 * <p>Command: {@code ./ipcq demo lazy}, or with a number of elements: {@code ./ipcq demo lazy 10000000}
 *
 * <p>Expected output, and a bar on standard error:
 *
 * <pre>
 * sum of the squares of the last digits of 1000000 numbers: 28500000
 * </pre>
 */
public final class Sample09LazyMap {

    private static final int ELEMENTS = 1_000_000;
    private static final int CHUNK = 100;

    private Sample09LazyMap() {}

    public static void main(String[] args) throws Exception {
        int elements = args.length == 0 ? ELEMENTS : Integer.parseInt(args[0]);
        try (TerminalProgress bar = TerminalProgress.of("numbers", elements);
                ProcessPool pool = ProcessPool.builder()
                        .workers(2)
                        .chunkSize(CHUNK)
                        .window(4)
                        .progress(bar)
                        .create();
                Stream<Integer> squares = pool.imap(
                        Sample09LazyMap::squareOfLastDigit,
                        () -> IntStream.range(0, elements).iterator())) {
            long sum = squares.mapToLong(Integer::longValue).sum();
            System.out.println("sum of the squares of the last digits of " + elements + " numbers: " + sum);
        }
    }

    static int squareOfLastDigit(int number) {
        int digit = number % 10;
        return digit * digit;
    }
}
