// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.KillCommand;
import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Producer and consumer processes on one queue, of which one after the other is killed and started again, until
 * everything is put, the queue is shut down, and drained; then the ledgers are compared.
 */
final class CrashRound implements AutoCloseable {

    private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx128m");
    private static final int MOST_KILLS = Integer.getInteger("ipcq.crash.kills", 20);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

    /** A place that some process fills; the next one takes it over when that is killed. */
    private static final class Place {
        final boolean producer;
        final List<String> wrapper;
        String name = "";
        long remaining;
        TestJvm process;
        boolean done;

        Place(boolean producer, long remaining, List<String> wrapper) {
            this.producer = producer;
            this.remaining = remaining;
            this.wrapper = wrapper;
        }
    }

    private final CrashOptions options;
    private final Path queueDirectory;
    private final Path ledgers;
    private final Random random;
    private final List<Place> places = new ArrayList<>();
    private final List<TestJvm> all = new ArrayList<>();
    private int processes;
    private int consumerKills;
    private int producerKills;
    private int stops;

    CrashRound(Path directory, CrashOptions options) throws IOException {
        this.options = options;
        this.queueDirectory = directory.resolve("queue");
        this.ledgers = Files.createDirectories(directory.resolve("ledgers"));
        this.random = new Random(options.seed());
    }

    /** Runs to the end and compares. */
    LedgerChecker.Report run() throws Exception {
        return run(List.of(), List.of());
    }

    /** Runs with every second process started through another command. */
    LedgerChecker.Report run(List<String> even, List<String> odd) throws Exception {
        System.out.println("round " + options);
        long start = System.nanoTime();
        try (DurableQueue<byte[]> queue = options.builder().create(queueDirectory)) {
            for (int i = 0; i < options.producers(); i++) {
                long share = options.elements() / options.producers();
                places.add(new Place(true, share, i % 2 == 0 ? even : odd));
            }
            for (int i = 0; i < options.consumers(); i++) {
                places.add(new Place(false, 0, i % 2 == 0 ? even : odd));
            }
            for (Place place : places) {
                fill(place);
            }
            killUntilDone(queue, true);
            queue.shutdown();
            killUntilDone(queue, false);
            return verify(queue, System.nanoTime() - start);
        } catch (Throwable e) {
            throw new AssertionError(
                    "failed with " + options + " in " + queueDirectory + ": " + e.getMessage() + outputs(), e);
        }
    }

    private void fill(Place place) {
        int id = processes++;
        place.name = (place.producer ? "producer-" : "consumer-") + id;
        List<String> arguments = new ArrayList<>(List.of(queueDirectory.toString(), ledgers.toString(), place.name));
        if (place.producer) {
            arguments.addAll(List.of("" + id, "" + place.remaining, "" + options.batch(), "" + options.filler()));
        } else {
            int longestHold = options.leaseMillis() > 0 ? 2 * options.leaseMillis() : 10;
            arguments.addAll(
                    List.of(options.receive() ? "receive" : "get", "" + (options.seed() + id), "" + longestHold));
        }
        Class<?> main = place.producer ? LedgerProducer.class : LedgerConsumer.class;
        place.process = TestJvm.startThrough(place.wrapper, JVM, main, arguments.toArray(String[]::new));
        all.add(place.process);
    }

    private void killUntilDone(DurableQueue<byte[]> queue, boolean producers) throws Exception {
        long progress = -1;
        long progressNanos = System.nanoTime();
        long nextKill = nextKill();
        while (!allDone(producers)) {
            Thread.sleep(5);
            long now = System.nanoTime();
            QueueStats stats = queue.stats();
            long sum = stats.put() + stats.taken() - stats.unfinished() + consumersDone();
            if (sum != progress) {
                progress = sum;
                progressNanos = now;
            } else if (now - progressNanos > PATIENCE_NANOS) {
                throw new AssertionError("no progress: " + stats + dump());
            }
            if (now - nextKill >= 0) {
                disturb();
                nextKill = nextKill();
            }
        }
    }

    private long nextKill() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(2 * options.killEveryMillis()) + 1);
    }

    private long consumersDone() {
        return places.stream().filter(place -> place.done).count();
    }

    private boolean allDone(boolean producers) {
        boolean done = true;
        for (Place place : places) {
            if (!place.done && !place.process.isAlive()) {
                place.process.awaitSuccess();
                place.done = true;
            }
            done &= place.done || place.producer != producers;
        }
        return done;
    }

    /** Kills a process and starts the next, or stops one for a while. */
    private void disturb() throws Exception {
        if (consumerKills + producerKills >= MOST_KILLS) {
            return;
        }
        List<Place> candidates = places.stream()
                .filter(place -> !place.done && (options.killProducers() || !place.producer))
                .toList();
        if (candidates.isEmpty()) {
            return;
        }
        Place place = candidates.get(random.nextInt(candidates.size()));
        if (random.nextInt(5) == 0 && place.wrapper.isEmpty()) {
            pause(place);
            return;
        }
        kill(place.process);
        if (place.producer) {
            producerKills++;
            place.remaining -= Ledger.read(ledgers, place.name).stream()
                    .filter(entry -> entry.kind() == Ledger.Kind.BEGUN)
                    .count();
        } else {
            consumerKills++;
        }
        fill(place);
    }

    private void pause(Place place) throws InterruptedException {
        if (place.process.stop()) {
            stops++;
            try {
                Thread.sleep(random.nextInt(150));
            } finally {
                place.process.cont();
            }
        }
    }

    /** Kills the JVM, also behind a wrapper that does not become it. */
    private static void kill(TestJvm process) {
        ProcessHandle.of(process.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .forEach(ProcessHandle::destroyForcibly);
        process.kill();
    }

    private LedgerChecker.Report verify(DurableQueue<byte[]> queue, long nanos) throws IOException {
        LedgerChecker.Report report = LedgerChecker.check(Ledger.readAll(ledgers));
        QueueStats stats = queue.stats();
        System.out.printf(
                "  %.1f s, kills: consumers=%d producers=%d, stops=%d, %s, %s%n",
                nanos / 1e9, consumerKills, producerKills, stops, report, stats);
        long allowed = options.receive() ? 0 : consumerKills;
        assertThat(report.isCleanWithLossesUpTo(allowed)).as(report.toString()).isTrue();
        assertThat(report.begun()).isEqualTo((long) options.elements() / options.producers() * options.producers());
        assertThat(stats.size()).isZero();
        assertThat(stats.leased()).isZero();
        assertThat(stats.taken()).isEqualTo(stats.put());
        // what was put and not seen was handed to a consumer that was killed before it could write that down
        assertThat(stats.put() - report.out()).isBetween(0L, allowed);
        if (options.receive()) {
            assertThat(stats.unfinished()).isZero();
        }
        return report;
    }

    private String dump() throws InterruptedException {
        for (Place place : places) {
            if (place.process.isAlive()) {
                KillCommand.send("-QUIT", place.process.pid());
            }
        }
        Thread.sleep(1_000); // they print it when they come to it
        return "";
    }

    private String outputs() {
        StringBuilder text = new StringBuilder();
        for (TestJvm process : all) {
            String output = process.output();
            if (!output.equals("started") && !output.isEmpty()) {
                text.append('\n').append(process).append(":\n").append(output.indent(4));
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        all.forEach(TestJvm::close);
    }
}
