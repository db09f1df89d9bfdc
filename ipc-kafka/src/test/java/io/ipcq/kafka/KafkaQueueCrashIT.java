// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.Patience;
import io.ipcq.TestJvm;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers that die, stand still, or take long. An element is locked for five seconds, and not for half a minute. */
class KafkaQueueCrashIT {

    private static final Duration LONG = Patience.LIMIT;
    private static final Duration LONGER_THAN_LOCK = Duration.ofSeconds(6);

    private final String name = UUID.randomUUID().toString();
    private URI address;
    private DurableQueue<String> queue;

    @BeforeEach
    void createQueue() throws Exception {
        address = Broker.queue(name);
        queue = DurableQueue.builder(String.class).maxAttempts(2).openOrCreate(address);
        lockFor(Duration.ofSeconds(5));
    }

    /** So long that no busy machine lets it pass is what the brokers of the tests say for all others. */
    private void lockFor(Duration time) throws Exception {
        ConfigEntry lock = new ConfigEntry("share.record.lock.duration.ms", Long.toString(time.toMillis()));
        List<AlterConfigOp> change = List.of(new AlterConfigOp(lock, AlterConfigOp.OpType.SET));
        try (Admin admin = new Clients(QueueAddress.of(address)).admin()) {
            // brokers tell what they have a little after it is made
            List<ConfigResource> groups = await().until(() -> groups(admin), found -> found.size() == 1);
            admin.incrementalAlterConfigs(Map.of(groups.get(0), change)).all().get();
        }
    }

    private List<ConfigResource> groups(Admin admin) throws Exception {
        return admin
                .listConfigResources(Set.of(ConfigResource.Type.GROUP), new ListConfigResourcesOptions())
                .all()
                .get()
                .stream()
                .filter(group -> group.name().startsWith(name + "."))
                .toList();
    }

    @AfterEach
    void closeQueue() {
        queue.close();
    }

    private TestJvm consumer() {
        TestJvm consumer = TestJvm.start(KafkaConsumerProgram.class, address.toString());
        consumer.awaitLine("received a");
        return consumer;
    }

    @Test
    void shouldDeliverAgainWhatKilledConsumersHeldAndGiveItUpAtLast() throws Exception {
        queue.put("a");
        try (TestJvm consumer = consumer()) {
            consumer.kill();
        }
        Delivery<String> again = queue.receive(LONG);
        assertThat(again.value()).isEqualTo("a");
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(again.nack()).isTrue();
        assertThat(queue.join(LONG)).isTrue();
        try (DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            Delivery<DeadLetter> letter = letters.receive(LONG);
            assertThat(letter.value().attempts()).isEqualTo(2);
            assertThat(new String(letter.value().bytes())).isEqualTo("a");
            assertThat(letter.ack()).isTrue();
        }
    }

    /** As long as the lock of an element: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldDeliverAgainWhatStoppedConsumerHeldAndTellItThatItIsTooLate() throws Exception {
        queue.put("a");
        try (TestJvm consumer = consumer()) {
            assumeTrue(consumer.stop(), "needs SIGSTOP");
            Delivery<String> again = queue.receive(LONG);
            assertThat(again.attempts()).isEqualTo(2);
            consumer.cont();
            consumer.send("a");
            assertThat(consumer.awaitLine("acknowledged")).isEqualTo("acknowledged false");
            assertThat(again.ack()).isTrue();
        }
    }

    /** As long as the lock of an element: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldKeepLeaseOfConsumerThatTakesLong() throws Exception {
        queue.put("a");
        Delivery<String> slow = queue.receive();
        try (DurableQueue<String> other = DurableQueue.open(address, String.class)) {
            assertThat(other.receive(LONGER_THAN_LOCK)).isNull();
        }
        assertThat(slow.ack()).isTrue();
    }

    /** Until a handle finds out that its queue was deleted: in the profile. */
    @ParameterizedTest
    @ValueSource(strings = {"put", "putAll", "get", "getNow", "qsize", "peek", "shutdown", "alter", "delete", "ack"})
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldTouchNothingOfNewQueueThatHasTheNameOfDeletedOne(String first) throws Exception {
        List<String> calls = List.of(first, "put", "get", "shutdown");
        queue.put("a");
        try (TestJvm sleeper = TestJvm.start(KafkaSleeperProgram.class, address.toString())) {
            sleeper.awaitLine("received a");
            assumeTrue(sleeper.stop(), "needs SIGSTOP");
            queue.delete();
            queue = DurableQueue.openOrCreate(address, String.class);
            queue.putAll(List.of("b", "c"));
            sleeper.cont();
            for (String call : calls) {
                sleeper.send(call);
                assertThat(sleeper.awaitLine(call + ": ")).contains("deleted");
            }
            assertThat(queue.isShutdown()).isFalse();
            assertThat(queue.stats().put()).isEqualTo(2);
            assertThat(List.of(queue.get(), queue.get())).containsExactly("b", "c");
            assertThat(queue.qsize()).isZero();
        }
    }

    @Test
    void shouldGiveBackWhatHandleHeldThatIsClosed() throws Exception {
        queue.put("a");
        try (DurableQueue<String> other = DurableQueue.open(address, String.class)) {
            assertThat(other.receive(LONG).value()).isEqualTo("a");
        }
        assertThat(queue.receive(LONG).ack()).isTrue();
    }

    /** A group has so many consumers and no more. As long as a lane waits: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldLeaveGroupWithConsumersThatNobodyNeeds() throws Exception {
        List<Delivery<String>> out = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            queue.put("a");
            out.add(queue.receive(LONG));
        }
        assertThat(queue.stats().members()).isGreaterThanOrEqualTo(5);
        assertThat(out).allMatch(Delivery::ack);
        long deadline = System.nanoTime() + LONG.toNanos();
        while (queue.stats().members() > 0) {
            assertThat(System.nanoTime() - deadline).isNegative();
            Thread.sleep(100);
        }
        queue.put("b");
        assertThat(queue.get(LONG)).isEqualTo("b");
    }

    /** A signal from the terminal comes to all of them, and SIGKILL to one. Another broker: in the profile. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldLeaveNothingOfBrokerBehindWhenItsOwnerEnds(boolean killed) throws Exception {
        try (TestJvm holder = TestJvm.start(BrokerHolder.class)) {
            long pid = Long.parseLong(holder.awaitLine("broker ").split(" ")[1]);
            ProcessHandle broker = ProcessHandle.of(pid).orElseThrow();
            Path directory = directoryOf(broker);
            assertThat(directory).isNotEmptyDirectory();
            if (killed) {
                holder.kill();
            } else {
                ProcessHandle owner = broker.parent().orElseThrow();
                assertThat(broker.destroy()).isTrue();
                assertThat(owner.destroy()).isTrue();
            }
            broker.onExit().get(LONG.toSeconds(), TimeUnit.SECONDS);
            await().untilAsserted(() -> assertThat(directory).doesNotExist());
        }
    }

    /** What the JDK says of a process has no arguments if they are long. */
    private static Path directoryOf(ProcessHandle broker) throws IOException {
        Path arguments = Path.of("/proc", Long.toString(broker.pid()), "cmdline");
        assumeTrue(Files.exists(arguments), "needs /proc");
        return Stream.of(Files.readString(arguments).split("\0"))
                .filter(argument -> argument.contains("ipcq-brokers-") && argument.endsWith("broker-1"))
                .map(home -> Path.of(home).getParent())
                .findFirst()
                .orElseThrow();
    }

    /** Somebody may take a port between the look for it and the broker. Another broker: in the profile. */
    @Test
    @EnabledIfSystemProperty(named = "ipcq.kafka.rows", matches = "true")
    void shouldSayAtOnceThatBrokerCannotStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listeners = "PLAINTEXT://127.0.0.1:" + taken.getLocalPort() + ",CONTROLLER://127.0.0.1:{controller}";
            assertThatThrownBy(() -> Broker.start(Map.of("listeners", listeners)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ended before it was up")
                    .hasMessageContaining("in use");
        }
    }
}
