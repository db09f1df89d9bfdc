// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import io.ipcq.benchmarks.Rounds;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Row;
import java.util.function.Consumer;

/** The rows of {@code ./ipcq bench manager}. */
public final class ManagerBenchmark {

    private static final int CLIENTS = 8;
    private static final int IDLE_CLIENTS = 100;
    private static final double IDLE_BAR_PERCENT = 0.5;

    private ManagerBenchmark() {}

    /** Measures one row after another, and hands each over when it is there. */
    public static void run(int rounds, Consumer<Row> rows) throws Exception {
        rows.accept(Rounds.compare(
                "connection.rtt", "python", "us", Better.LOWER, rounds, PipeRoundTrip::ours, PipeRoundTrip::python));
        rows.accept(Rounds.compare(
                "manager.local", "ring", "msg/s", Better.HIGHER, rounds, LocalPair::managed, LocalPair::ring));
        rows.accept(
                Rounds.compare("manager.socket", "python", "calls/s", rounds, () -> CallRate.single(Socket.UNIX, 1)));
        rows.accept(Rounds.compare("manager.tcp", "python", "calls/s", rounds, () -> CallRate.single(Socket.TCP, 1)));
        rows.accept(
                Rounds.compare("manager.batch64", "python", "calls/s", rounds, () -> CallRate.batches(Socket.UNIX)));
        rows.accept(Rounds.compare(
                "manager.clients8", "python", "calls/s", rounds, () -> CallRate.single(Socket.UNIX, CLIENTS)));
        rows.accept(Rounds.below(
                "manager.idle100", "% of a core", IDLE_BAR_PERCENT, 1, () -> IdleServer.connected(IDLE_CLIENTS)));
        rows.accept(Rounds.below(
                "manager.waiting100", "% of a core", IDLE_BAR_PERCENT, 1, () -> IdleServer.waiting(IDLE_CLIENTS, 1)));
    }
}
