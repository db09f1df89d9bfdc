// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.durable;

import io.ipcq.benchmarks.Idle;
import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.benchmarks.Row;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.Wake;
import io.ipcq.benchmarks.flow.Load;
import io.ipcq.benchmarks.flow.Throughput;
import io.ipcq.queue.DurableQueue;
import java.util.function.Consumer;

/** The rows of {@code ./ipcq bench durable}. */
public final class DurableBenchmark {

    /** The longest median for waking a consumer that is acceptable, in microseconds. */
    private static final double WAKE_BAR_MICROS = 60;

    /** The most of a core that a waiting consumer may use, in percent. */
    private static final double IDLE_BAR_PERCENT = 0.5;

    private static final String RATE = "msg/s";

    private DurableBenchmark() {}

    /** Measures one row after another, and hands each over when it is there. */
    public static void run(int rounds, Consumer<Row> rows) throws Exception {
        rows.accept(chronicle("durable.single", rounds, DurableChannel.SINGLE));
        rows.accept(chronicle("durable.batch64", rounds, DurableChannel.BATCHES));
        rows.accept(Rounds.compare("durable.wake", "futex", "us", rounds, DurableBenchmark::wakeBesideFutex));
        rows.accept(Rounds.below("durable.wake", "us", WAKE_BAR_MICROS, rounds, DurableBenchmark::wake));
        rows.accept(Rounds.compare("durable.open", "chronicle", "us", rounds, DurableOpening::inTurns));
        rows.accept(Rounds.below(
                "durable.idle",
                "% of a core",
                IDLE_BAR_PERCENT,
                1,
                () -> Idle.consumer(DurableQueue.create(byte[].class))));
    }

    private static Row chronicle(String name, int rounds, DurableChannel ours) throws Exception {
        Load pair = Load.of(Messages.BYTES, 1, 1);
        return Rounds.compare(
                name, "chronicle", RATE, rounds, () -> Throughput.inTurns(ours, DurableChannel.CHRONICLE, pair));
    }

    private static Pair wakeBesideFutex() throws Exception {
        try (Scratch scratch = Scratch.onDisk()) {
            return Wake.besideFutex(DurableQueue.create(scratch.resolve("queue"), byte[].class));
        }
    }

    private static double wake() throws Exception {
        try (Scratch scratch = Scratch.onDisk()) {
            return Wake.queue(DurableQueue.create(scratch.resolve("queue"), byte[].class));
        }
    }
}
