// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.Turns;
import io.ipcq.benchmarks.flow.Gauge;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.Manager;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Puts and gets a second through a manager in another process, without the shortcut through its file: of ours and of
 * Python, in turns. Each client is a thread with a connection and a queue.
 */
@SuppressWarnings("try") // what ends a side may throw anything
final class CallRate {

    private static final int BATCH = 64;
    private static final int TURNS = 8;

    /** After a pause, until caches are as they were. */
    private static final long SETTLE_MILLIS = 20;

    /** As many calls as it takes to have both sides compiled; and how long that may take. */
    private static final long WARM_UP_CALLS = 600_000;

    private static final long LEAST_WARM_UP_MILLIS = 2_000;
    private static final long MOST_WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(30);

    private CallRate() {}

    /** One element at a time, on both sides. */
    static Pair single(Socket socket, int clients) throws Exception {
        return inTurns(socket, clients, 1);
    }

    /** By {@code putAll} and {@code drainTo}; Python has neither. */
    static Pair batches(Socket socket) throws Exception {
        return inTurns(socket, 1, BATCH);
    }

    private static Pair inTurns(Socket socket, int clients, int batch) throws Exception {
        try (Side ours = Side.ours(new Clients(socket, clients, batch))) {
            ours.warmUp(WARM_UP_CALLS);
            ours.stop();
            try (Side theirs = Side.python(socket, clients)) {
                theirs.warmUp(0); // nothing is compiled there
                theirs.stop();
                List<Pair> pairs = new ArrayList<>();
                for (int i = 0; i < TURNS; i++) {
                    pairs.add(Pair.of(Better.HIGHER, ours.turn(), theirs.turn()));
                }
                return Pair.median(pairs);
            }
        }
    }

    /** Threads with a connection and a queue each, and how many elements they put and get at a time. */
    private record Clients(Socket socket, int number, int batch) implements Serializable {}

    /** A process with its clients, which has started the server's, both at work until they are killed. */
    private static final class Side implements AutoCloseable {

        private final Scratch scratch;
        private final Gauge gauge;
        private final int clients;
        private final ProcessHandle process;
        private final AutoCloseable owner;
        private final Thread atExit = new Thread(this::kill, "call-rate");
        private List<Long> pids = List.of();

        private Side(Scratch scratch, Gauge gauge, int clients, ProcessHandle process, AutoCloseable owner) {
            this.scratch = scratch;
            this.gauge = gauge;
            this.clients = clients;
            this.process = process;
            this.owner = owner;
            // a run that is ended leaves nobody at work, or stopped
            Runtime.getRuntime().addShutdownHook(atExit);
        }

        static Side ours(Clients clients) throws Exception {
            Scratch scratch = new Scratch();
            Gauge gauge = Gauge.create(scratch.resolve("gauge"));
            ChildProcess child = new ChildProcess(
                    CallRate::callForEver, clients, scratch.resolve("gauge").toString());
            child.start();
            ProcessHandle process = ProcessHandle.of(child.pid()).orElseThrow();
            return new Side(scratch, gauge, clients.number(), process, child);
        }

        static Side python(Socket socket, int clients) throws Exception {
            Scratch scratch = new Scratch();
            Gauge gauge = Gauge.create(scratch.resolve("gauge"));
            Process process = PythonManager.start(scratch, scratch.resolve("gauge"), socket, clients);
            return new Side(scratch, gauge, clients, process.toHandle(), process::destroyForcibly);
        }

        void warmUp(long calls) throws InterruptedException {
            long began = System.nanoTime();
            double unused = gauge.rate(clients, LEAST_WARM_UP_MILLIS, 1);
            while (gauge.sum(clients) < calls && System.nanoTime() - began < MOST_WARM_UP_NANOS) {
                Thread.sleep(SETTLE_MILLIS);
            }
            pids = processes().map(ProcessHandle::pid).toList();
        }

        private Stream<ProcessHandle> processes() {
            return Stream.concat(Stream.of(process), process.descendants());
        }

        double turn() throws Exception {
            Turns.resumeAll(pids);
            double rate = gauge.rate(clients, SETTLE_MILLIS, Turns.MILLIS);
            stop();
            if (processes().anyMatch(each -> !each.isAlive()) || rate == 0) {
                throw new IllegalStateException("a process has ended in the middle: " + process);
            }
            return rate;
        }

        void stop() throws Exception {
            Turns.stopAll(pids);
        }

        private void kill() {
            processes().toList().forEach(ProcessHandle::destroyForcibly);
        }

        @Override
        public void close() throws Exception {
            kill();
            Runtime.getRuntime().removeShutdownHook(atExit);
            owner.close();
            scratch.close();
        }
    }

    private static void callForEver(Clients clients, String gaugeFile) throws Exception {
        Gauge gauge = Gauge.open(Path.of(gaugeFile));
        AuthKey key = AuthKey.random();
        try (ServerProcess server = ServerProcess.start(key, clients.socket())) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < clients.number(); i++) {
                int number = i;
                threads.add(new Thread(() -> callForEver(server, key, clients.batch(), gauge, number), "client-" + i));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void callForEver(ServerProcess server, AuthKey key, int batch, Gauge gauge, int number) {
        try (Manager manager = Manager.connect(new Elsewhere(Connection.connect(server.address(), key)));
                SharedQueue<byte[]> queue = manager.queue(byte[].class)) {
            List<byte[]> elements = Collections.nCopies(batch, new byte[Messages.BYTES]);
            List<byte[]> got = new ArrayList<>();
            for (long calls = 2L * batch; ; calls += 2L * batch) {
                if (batch == 1) {
                    queue.put(elements.get(0));
                    queue.get();
                } else {
                    queue.putAll(elements);
                    queue.drainTo(got, batch);
                    got.clear();
                }
                gauge.set(number, calls);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
