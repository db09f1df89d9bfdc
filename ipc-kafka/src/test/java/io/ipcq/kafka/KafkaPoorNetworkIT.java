// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.ipcq.Patience;
import io.ipcq.brokers.Brokers;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueStorageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A slow network, one on which nothing comes through, and brokers that take their time: each call ends by its timeout,
 * and none too soon. The network is made poor by the kernel, or else by a proxy, and the test prints which. With a
 * broker of its own: in the profile.
 */
@EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
class KafkaPoorNetworkIT {

    private static final Duration LONG = Patience.LIMIT;

    @TempDir
    Path directory;

    private PoorNetwork network;
    private Brokers broker;
    private URI patient;
    private URI address;

    @BeforeEach
    void startBroker() throws IOException {
        network = PoorNetwork.open();
        broker = network.startBroker();
        patient = network.queue("orders");
        Path config = Files.write(
                directory.resolve("client.properties"),
                List.of(
                        "request.timeout.ms=2000",
                        "default.api.timeout.ms=4000",
                        "delivery.timeout.ms=4000",
                        "max.block.ms=4000"));
        address = URI.create(patient + "?config=" + config);
    }

    @AfterEach
    void endAll() throws IOException {
        try {
            if (broker != null) {
                broker.close();
            }
        } finally {
            network.close();
        }
    }

    @Test
    void shouldWorkSlowly() throws Exception {
        network.slow();
        try (DurableQueue<String> queue = DurableQueue.openOrCreate(patient, String.class)) {
            queue.putAll(List.of("a", "b", "c"));
            for (String element : List.of("a", "b", "c")) {
                Delivery<String> delivery = queue.receive(LONG);
                assertThat(delivery.value()).isEqualTo(element);
                assertThat(delivery.ack()).isTrue();
            }
            assertThat(queue.qsize()).isZero();
        }
    }

    @Test
    void shouldEndEachCallByItsTimeoutAndGoOnLater() throws Exception {
        try (DurableQueue<String> queue = DurableQueue.openOrCreate(address, String.class)) {
            queue.putAll(List.of("a", "b"));
            Delivery<String> a = queue.receive(LONG);
            Delivery<String> b = queue.receive(LONG);
            network.cut();
            List<ThrowingCallable> calls = List.of(
                    b::ack, // first, while its lock lasts
                    () -> queue.put("c"),
                    () -> queue.put("c", Duration.ofMillis(10)),
                    () -> queue.offer("c"),
                    () -> queue.putAll(List.of("d", "e")),
                    queue::qsize,
                    queue::empty,
                    queue::stats,
                    queue::peek,
                    queue::browse,
                    () -> queue.replay(0),
                    queue::getNow,
                    () -> queue.drainTo(new ArrayList<>()),
                    () -> queue.receive(Duration.ofMillis(10)),
                    () -> queue.awaitReady(Duration.ofMillis(10)),
                    () -> queue.join(Duration.ofMillis(10)),
                    () -> queue.alter(options -> options.withMaxAttempts(7)),
                    queue::deadLetters);
            for (ThrowingCallable call : calls) {
                assertThatThrownBy(call).isInstanceOf(QueueStorageException.class);
            }
            assertThatThrownBy(() -> DurableQueue.open(address, String.class))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no broker answered");
            network.heal();
            queue.put("f");
            assertThat(queue.qsize()).isPositive();
            a.ack(); // in time or not: the lock may have ended
            while (!"f".equals(queue.get())) {
                // what was there before, and what was not confirmed
            }
            network.cut(); // close ends, too
        }
    }

    /** They may come through later, all the same. */
    @Test
    void shouldEndShutdownAndDeleteByTheirTimeout() throws Exception {
        DurableQueue<String> queue = DurableQueue.openOrCreate(address, String.class);
        network.cut();
        assertThatThrownBy(queue::shutdown).isInstanceOf(QueueStorageException.class);
        assertThatThrownBy(queue::delete).isInstanceOf(QueueStorageException.class);
        assertThat(queue.isClosed()).isTrue();
    }

    /** What is closed with a handle has a limit of its own: the brokers' clients may be told to wait for long. */
    @Test
    void shouldCloseOnCutNetworkHoweverLongCallsMayTake() throws Exception {
        DurableQueue<String> queue = DurableQueue.openOrCreate(patient, String.class);
        queue.putAll(List.of("a", "b"));
        assertThat(queue.receive(LONG).ack()).isTrue();
        assertThat(queue.receive(LONG).value()).isEqualTo("b");
        network.cut();
        assertTimeoutPreemptively(LONG, queue::close);
    }

    /** As brokers do that nobody has told otherwise: they tell a consumer at its next heartbeat what it may read. */
    @Test
    void shouldFindWhatIsThereHoweverLongItTakesToJoin() throws Exception {
        Map<String, String> usual =
                Map.of("group.share.heartbeat.interval.ms", "5000", "group.share.assignment.interval.ms", "1000");
        List<DurableQueue<String>> handles = new ArrayList<>();
        try (Brokers slow = Broker.start(usual)) {
            for (int i = 0; i < 4; i++) {
                handles.add(DurableQueue.openOrCreate(slow.queue("orders"), String.class));
            }
            DurableQueue<String> queue = handles.get(0);
            for (DurableQueue<String> handle : handles) {
                queue.put("a");
                assertThat(handle.getNow()).isEqualTo("a");
            }
            for (DurableQueue<String> handle : handles) {
                queue.put("b");
                assertThat(handle.poll(1, TimeUnit.MILLISECONDS)).isEqualTo("b");
            }
            queue.put("out");
            Delivery<String> out = queue.receive();
            for (DurableQueue<String> handle : handles) {
                assertThat(handle.getNow()).isNull();
            }
            assertThat(out.ack()).isTrue();
            handles.forEach(DurableQueue::close);
        }
    }
}
