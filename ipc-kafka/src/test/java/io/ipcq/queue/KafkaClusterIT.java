// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import io.ipcq.brokers.Brokers;
import io.ipcq.brokers.Network;
import io.ipcq.kafka.Broker;
import io.ipcq.kafka.Namespaces;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers under load, each in a network namespace of its own, of which one is killed, and one is cut off and
 * connected again; consumers are killed and stand still. What was confirmed is not lost, and what comes again says so.
 * Where there are no namespaces, the broker stands still instead of being cut off, and the test prints that. In the
 * profile {@code soak}: three brokers take half a minute to start.
 */
@EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
class KafkaClusterIT {

    private static final int BROKERS = 3;
    private static final int PRODUCERS = 2;
    private static final int CONSUMERS = 3;
    private static final int EACH = Integer.getInteger("ipcq.kafka.elements", 1_500);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(4);

    /** Longer than a broker's session. */
    private static final long STILL_SECONDS = 12;

    @TempDir
    Path ledgers;

    private final List<TestJvm> producers = new ArrayList<>();
    private final List<TestJvm> consumers = new ArrayList<>();

    @AfterEach
    void endAll() {
        producers.forEach(TestJvm::close);
        consumers.forEach(TestJvm::close);
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void shouldLoseNothingThatWasConfirmed() throws Exception {
        Namespaces namespaces = Namespaces.open(BROKERS).orElse(null);
        try (namespaces;
                Brokers brokers = Broker.start(
                        namespaces == null ? Network.LOOPBACK : namespaces,
                        BROKERS,
                        Map.of("broker.session.timeout.ms", "9000"))) {
            URI address = brokers.queue("orders");
            try (DurableQueue<byte[]> queue =
                    DurableQueue.builder(byte[].class).maxAttempts(10).openOrCreate(address)) {
                requireCopiesBeforeAnswer(brokers);
                disturb(brokers, namespaces, address);
                awaitAll(producers);
                queue.shutdown();
                awaitAll(consumers);
                judge(queue);
            }
        }
    }

    /** What was confirmed is with two of three. */
    private static void requireCopiesBeforeAnswer(Brokers brokers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers.addresses()))) {
            List<ConfigResource> topics = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.contains("orders"))
                    .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                    .toList();
            assertThat(topics).hasSize(3);
            assertThat(admin.describeConfigs(topics).all().get().values())
                    .allSatisfy(config -> assertThat(
                                    config.get("min.insync.replicas").value())
                            .isEqualTo("2"));
        }
    }

    private void disturb(Brokers brokers, Namespaces namespaces, URI address) throws Exception {
        for (int i = 0; i < PRODUCERS; i++) {
            producers.add(start(address, "producer-" + i, "" + i, "" + EACH));
        }
        for (int i = 0; i < CONSUMERS; i++) {
            consumers.add(start(address, "consumer-" + i));
        }
        awaitSettled(100);
        consumers.remove(0).kill();
        consumers.add(start(address, "consumer-" + CONSUMERS));
        awaitSettled(100);
        TestJvm still = consumers.get(0);
        boolean stopped = still.stop();
        brokers.kill(0);
        awaitSettled(100);
        if (stopped) {
            TimeUnit.SECONDS.sleep(STILL_SECONDS);
            still.cont();
        }
        if (namespaces == null) {
            System.out.println("cluster: a broker stands still, and is not cut off");
            brokers.stop(1);
            TimeUnit.SECONDS.sleep(STILL_SECONDS);
            brokers.resume(1);
        } else {
            namespaces.cutOff(1);
            TimeUnit.SECONDS.sleep(STILL_SECONDS);
            namespaces.connect(1);
        }
        awaitSettled(100);
    }

    private TestJvm start(URI address, String name, String... more) {
        List<String> arguments = new ArrayList<>(List.of(address.toString(), ledgers.toString(), name));
        arguments.addAll(List.of(more));
        return TestJvm.start(KafkaLedgerProgram.class, arguments.toArray(String[]::new));
    }

    /** Until so many more were acknowledged, or all of them are. */
    private void awaitSettled(int more) throws Exception {
        long goal = Math.min(settled() + more, (long) PRODUCERS * EACH);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (settled() < goal) {
            assertThat(System.nanoTime() - deadline).as("nothing goes on").isNegative();
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private long settled() throws IOException {
        return Ledger.readAll(ledgers).stream()
                .flatMap(List::stream)
                .filter(entry -> entry.kind() == Ledger.Kind.ACKED)
                .count();
    }

    private static void awaitAll(List<TestJvm> processes) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (TestJvm process : processes) {
            while (process.isAlive()) {
                assertThat(System.nanoTime() - deadline)
                        .as("%s: %s", process, process.output())
                        .isNegative();
                TimeUnit.MILLISECONDS.sleep(100);
            }
            process.awaitSuccess();
        }
    }

    private void judge(DurableQueue<byte[]> queue) throws IOException {
        List<List<Ledger.Entry>> all = Ledger.readAll(ledgers);
        LedgerChecker.Report report = LedgerChecker.check(all);
        System.out.printf("cluster: %s, longest pause %.1f s%n", report, longestPauseSeconds(all));
        assertThat(report.lost()).isEmpty();
        assertThat(report.unexpected()).isEmpty();
        assertThat(report.duplicates()).isEmpty();
        assertThat(report.begun()).isEqualTo((long) PRODUCERS * EACH);
        assertThat(queue.qsize()).isZero();
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            assertThat(letters.qsize()).isZero();
        }
    }

    private static double longestPauseSeconds(List<List<Ledger.Entry>> all) {
        long[] times = all.stream()
                .flatMap(List::stream)
                .filter(entry -> entry.kind() == Ledger.Kind.RECEIVED)
                .mapToLong(Ledger.Entry::nanos)
                .sorted()
                .toArray();
        long longest = 0;
        for (int i = 1; i < times.length; i++) {
            longest = Math.max(longest, times[i] - times[i - 1]);
        }
        return longest / 1e9;
    }
}
