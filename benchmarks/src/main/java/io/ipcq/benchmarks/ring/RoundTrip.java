// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.util.Arrays;

/** A message to another process and back, one at a time, in microseconds. */
final class RoundTrip {

    private static final long WARM_UP_NANOS = 2_000_000_000L;
    private static final long WATCH_NANOS = 1_000_000_000L;
    private static final int MOST = 4_000_000;

    private RoundTrip() {}

    /** A percentile, 50 to 100, of the round trips of a second. */
    @SuppressWarnings("try") // what is open matters, not what it is called
    static double micros(Transport transport, double percentile) throws Exception {
        try (Scratch scratch = new Scratch();
                AutoCloseable there = transport.create(scratch.resolve("there"));
                AutoCloseable back = transport.create(scratch.resolve("back"))) {
            return ProcessPair.run(
                    scratch.resolve("any"),
                    (any, unused) -> echo(transport, Path.of(any)),
                    (any, report) -> ask(transport, Path.of(any), percentile, report));
        }
    }

    /** Sends back what comes, until an empty message comes. */
    private static void echo(Transport transport, Path any) throws Exception {
        Transport.Receiver there = transport.receiver(any.resolveSibling("there"));
        Transport.Sender back = transport.sender(any.resolveSibling("back"));
        boolean[] over = {false};
        while (!over[0]) {
            there.receive(message -> {
                over[0] = message[0] == 1;
                send(back, message);
            });
        }
    }

    private static void ask(Transport transport, Path any, double percentile, SharedQueue<Double> report)
            throws Exception {
        Transport.Sender there = transport.sender(any.resolveSibling("there"));
        Transport.Receiver back = transport.receiver(any.resolveSibling("back"));
        byte[] message = new byte[Messages.BYTES];
        measure(there, back, message, WARM_UP_NANOS, new long[MOST]);
        long[] nanos = new long[MOST];
        int count = measure(there, back, message, WATCH_NANOS, nanos);
        message[0] = 1;
        there.send(message);
        back.receive(last -> {});
        Arrays.sort(nanos, 0, count);
        report.put(nanos[(int) Math.min(count - 1, count * percentile / 100)] / 1e3);
    }

    private static int measure(
            Transport.Sender there, Transport.Receiver back, byte[] message, long forNanos, long[] nanos)
            throws Exception {
        long start = System.nanoTime();
        long before = start;
        int count = 0;
        while (before - start < forNanos && count < MOST) {
            there.send(message);
            back.receive(answer -> {});
            long now = System.nanoTime();
            nanos[count++] = now - before;
            before = now;
        }
        return count;
    }

    private static void send(Transport.Sender sender, byte[] message) {
        try {
            sender.send(message);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
