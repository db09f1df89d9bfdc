// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.ring;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.Python;
import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Row;
import io.ipcq.benchmarks.flow.Load;
import io.ipcq.benchmarks.flow.Throughput;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** The rows of {@code ./ipcq bench ring --all}: every size, every number of processes, every peer that can do it. */
public final class RingMatrix {

    private static final int[] SIZES = {16, 100, 1 << 10, 64 << 10};
    private static final int[][] SIDES = {{1, 1}, {4, 1}, {1, 4}, {4, 4}};
    private static final double[] PERCENTILES = {50, 99, 99.9};
    private static final int CROWD = 64;
    private static final int PYTHON_BYTES = 20_000_000;
    private static final int PYTHON_MOST_MESSAGES = 100_000;
    private static final int PYTHON_ROUND_TRIPS = 20_000;
    /** Above it a journal without a bound fills the memory faster than it can be measured. */
    private static final int CHRONICLE_MOST_BYTES = 1 << 10;

    private final int rounds;
    private final Consumer<Row> rows;

    private RingMatrix(int rounds, Consumer<Row> rows) {
        this.rounds = rounds;
        this.rows = rows;
    }

    /** Measures first what has a bar, then everything else. */
    public static void run(int rounds, Consumer<Row> rows) throws Exception {
        RingBenchmark.run(rounds, rows);
        RingMatrix matrix = new RingMatrix(rounds, rows);
        matrix.roundTrips();
        for (int[] sides : SIDES) {
            for (int bytes : SIZES) {
                matrix.throughput(Load.of(bytes, sides[0], sides[1]));
            }
        }
        matrix.oneArray();
        matrix.crowds();
    }

    private void roundTrips() throws Exception {
        for (double percentile : PERCENTILES) {
            String name = "ring.rtt.p" + (percentile == 99.9 ? "99.9" : (int) percentile);
            Callable<Double> spinning = () -> RoundTrip.micros(Transport.RING_SPINNING, percentile);
            roundTripsInTurns(name, "agrona", Transport.AGRONA, percentile);
            roundTripsInTurns(name, "aeron", Transport.AERON, percentile);
            lower(name, "chronicle", spinning, () -> RoundTrip.micros(Transport.CHRONICLE, percentile));
            if (Python.isThere()) {
                for (String kind : new String[] {"SimpleQueue", "Queue"}) {
                    lower(
                            name + ".blocking",
                            "python-" + kind,
                            () -> RoundTrip.micros(Transport.RING, percentile),
                            () -> Python.figure(
                                    RingMatrix.class,
                                    RingBenchmark.SCRIPT,
                                    "rtt",
                                    kind,
                                    PYTHON_ROUND_TRIPS,
                                    percentile));
                }
            }
        }
    }

    private void throughput(Load load) throws Exception {
        String name = "ring.throughput." + load.producers() + ":" + load.consumers() + "." + load.messageBytes() + "B";
        Callable<Double> ours = () -> Throughput.processes(Transport.RING, load);
        higher(name, "in-process", ours, () -> Throughput.inProcess(load));
        if (load.consumers() == 1) {
            // with more consumers these do something else: each sees every message, or there can be only one
            throughputInTurns(name, "agrona", Transport.RING, Transport.AGRONA, load);
            throughputInTurns(name, "aeron", Transport.RING, Transport.AERON, load);
            if (load.messageBytes() <= CHRONICLE_MOST_BYTES) {
                higher(name, "chronicle", ours, () -> Throughput.processes(Transport.CHRONICLE, load));
            }
        }
        if (Python.isThere()) {
            int messages = Math.min(PYTHON_MOST_MESSAGES, PYTHON_BYTES / load.messageBytes() * 10);
            for (String kind : new String[] {"SimpleQueue", "Queue"}) {
                higher(
                        name,
                        "python-" + kind,
                        ours,
                        () -> Python.figure(
                                RingMatrix.class,
                                RingBenchmark.SCRIPT,
                                "throughput",
                                kind,
                                load.messageBytes(),
                                load.producers(),
                                load.consumers(),
                                messages));
            }
        }
    }

    /** What the least copying would bring. */
    private void oneArray() throws Exception {
        throughputInTurns(
                "ring.throughput.64MiB.batch64",
                "agrona-one-array",
                Transport.RING_64MIB_BATCHES,
                Transport.AGRONA_64MIB_ALL_ONE_ARRAY,
                RingBenchmark.PAIR);
    }

    /** Many threads that wait in an empty queue for one producer, and many that wait in a full one for one consumer. */
    private void crowds() throws Exception {
        Load empty = new Load(Messages.BYTES, 1, 1, 1, CROWD);
        higher(
                "ring.crowd.empty",
                "in-process",
                () -> Throughput.processes(Transport.RING, empty),
                () -> Throughput.inProcess(empty));
        Load full = new Load(Messages.BYTES, 1, 1, CROWD, 1);
        higher(
                "ring.crowd.full",
                "in-process",
                () -> Throughput.processes(Transport.RING, full),
                () -> Throughput.inProcess(full));
    }

    private void throughputInTurns(String name, String peer, Transport ours, Transport theirs, Load load)
            throws Exception {
        rows.accept(
                Rounds.compare(name, peer, RingBenchmark.RATE, rounds, () -> Throughput.inTurns(ours, theirs, load)));
    }

    private void roundTripsInTurns(String name, String peer, Transport theirs, double percentile) throws Exception {
        rows.accept(Rounds.compare(
                name,
                peer,
                RingBenchmark.MICROS,
                rounds,
                () -> RoundTrip.inTurns(Transport.RING_SPINNING, theirs, percentile)));
    }

    private void higher(String name, String peer, Callable<Double> ours, Callable<Double> theirs) throws Exception {
        rows.accept(Rounds.compare(name, peer, RingBenchmark.RATE, Better.HIGHER, rounds, ours, theirs));
    }

    private void lower(String name, String peer, Callable<Double> ours, Callable<Double> theirs) throws Exception {
        rows.accept(Rounds.compare(name, peer, RingBenchmark.MICROS, Better.LOWER, rounds, ours, theirs));
    }
}
