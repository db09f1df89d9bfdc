// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.ProcessPair;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.Turns;
import io.ipcq.benchmarks.flow.Channel;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Path;
import java.util.Arrays;

/** A message to another process and back, one at a time, in microseconds. */
@SuppressWarnings("try") // what a peer does to close its channel may throw anything
final class RoundTrip {

    private static final long WARM_UP_NANOS = 3_000_000_000L;
    private static final long WATCH_NANOS = 2_000_000_000L;
    private static final int MOST = 4_000_000;

    private RoundTrip() {}

    /** A percentile, 50 to 100, of the round trips of some seconds. */
    static double micros(Transport transport, double percentile) throws Exception {
        try (Trip trip = new Trip(transport, percentile)) {
            return trip.micros();
        }
    }

    /** The same through two transports, in turns. */
    static Pair inTurns(Transport ours, Transport theirs, double percentile) throws Exception {
        try (Trip our = new Trip(ours, percentile);
                Trip their = new Trip(theirs, percentile)) {
            return Turns.until(Better.LOWER, our.pair, their.pair);
        }
    }

    /** Two processes, one of which asks, and the other answers. */
    private static final class Trip implements AutoCloseable {

        private final Scratch scratch = new Scratch();
        private final AutoCloseable there;
        private final AutoCloseable back;
        private final ProcessPair pair;

        Trip(Transport transport, double percentile) throws Exception {
            this.there = transport.create(scratch.resolve("there"));
            this.back = transport.create(scratch.resolve("back"));
            this.pair = ProcessPair.start(
                    scratch.resolve("any"),
                    (any, unused) -> echo(transport, Path.of(any)),
                    (any, report) -> ask(transport, Path.of(any), percentile, report));
        }

        double micros() throws InterruptedException {
            return pair.figure();
        }

        @Override
        public void close() throws Exception {
            pair.close();
            back.close();
            there.close();
            scratch.close();
        }
    }

    /** Sends back what comes, until an empty message comes. */
    private static void echo(Transport transport, Path any) throws Exception {
        Channel.Receiver there = transport.receiver(any.resolveSibling("there"));
        Channel.Sender back = transport.sender(any.resolveSibling("back"));
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
        Channel.Sender there = transport.sender(any.resolveSibling("there"));
        Channel.Receiver back = transport.receiver(any.resolveSibling("back"));
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

    private static int measure(Channel.Sender there, Channel.Receiver back, byte[] message, long forNanos, long[] nanos)
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

    private static void send(Channel.Sender sender, byte[] message) {
        try {
            sender.send(message);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
