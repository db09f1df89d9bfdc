// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.Idle;
import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.Python;
import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Row;
import io.ipcq.benchmarks.Wake;
import io.ipcq.benchmarks.flow.Load;
import io.ipcq.benchmarks.flow.Throughput;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.util.function.Consumer;

/** The rows of {@code ./ipcq bench ring}: those that have a bar. {@link RingMatrix} has all others. */
public final class RingBenchmark {

    static final String RATE = "msg/s";
    static final String MICROS = "us";
    static final String SCRIPT = "queues.py";

    /** The longest median for waking a consumer that is acceptable, in microseconds. */
    private static final double WAKE_BAR_MICROS = 60;

    /** The most of a core that a waiting consumer may use, in percent. */
    private static final double IDLE_BAR_PERCENT = 0.5;

    private static final int PYTHON_MESSAGES = 200_000;
    static final Load PAIR = Load.of(Messages.BYTES, 1, 1);

    private RingBenchmark() {}

    /** Measures one row after another, and hands each over when it is there. */
    public static void run(int rounds, Consumer<Row> rows) throws Exception {
        rows.accept(agrona("ring.throughput", rounds, Transport.RING, Transport.AGRONA));
        rows.accept(inTurns("ring.throughput", "aeron", rounds, Transport.RING, Transport.AERON));
        rows.accept(agrona("ring.throughput.64MiB", rounds, Transport.RING_64MIB, Transport.AGRONA_64MIB));
        rows.accept(agrona("ring.throughput.batch64", rounds, Transport.RING_BATCHES, Transport.AGRONA_ALL));
        rows.accept(agrona(
                "ring.throughput.64MiB.batch64", rounds, Transport.RING_64MIB_BATCHES, Transport.AGRONA_64MIB_ALL));
        rows.accept(Rounds.compare(
                "ring.throughput.checksum",
                "unchecked",
                RATE,
                rounds,
                () -> Throughput.inTurns(Transport.RING_CHECKSUM, Transport.RING, PAIR)));
        rows.accept(Rounds.compare(
                "ring.rtt",
                "agrona",
                MICROS,
                rounds,
                () -> RoundTrip.inTurns(Transport.RING_SPINNING, Transport.AGRONA, 50)));
        if (Python.isThere()) {
            rows.accept(Rounds.compare(
                    "ring.throughput",
                    "python",
                    RATE,
                    Better.HIGHER,
                    rounds,
                    () -> Throughput.processes(Transport.RING, PAIR),
                    () -> Python.figure(
                            RingBenchmark.class,
                            SCRIPT,
                            "throughput",
                            "SimpleQueue",
                            Messages.BYTES,
                            1,
                            1,
                            PYTHON_MESSAGES)));
        }
        rows.accept(Rounds.compare("ring.wake", "futex", MICROS, rounds, () -> Wake.besideFutex(fresh())));
        rows.accept(Rounds.below("ring.wake", MICROS, WAKE_BAR_MICROS, rounds, () -> Wake.queue(fresh())));
        rows.accept(Rounds.compare("ring.open", "chronicle", MICROS, rounds, RingOpening::inTurns));
        rows.accept(Rounds.below("ring.idle", "% of a core", IDLE_BAR_PERCENT, 1, () -> Idle.consumer(fresh())));
    }

    private static Row agrona(String name, int rounds, Transport ours, Transport theirs) throws Exception {
        return inTurns(name, "agrona", rounds, ours, theirs);
    }

    private static Row inTurns(String name, String peer, int rounds, Transport ours, Transport theirs)
            throws Exception {
        return Rounds.compare(name, peer, RATE, rounds, () -> Throughput.inTurns(ours, theirs, PAIR));
    }

    private static SharedQueue<byte[]> fresh() throws IOException {
        return SharedQueue.create(byte[].class);
    }
}
