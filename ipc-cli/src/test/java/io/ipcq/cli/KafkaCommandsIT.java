// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.brokers.Brokers;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.DurableQueue;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ipcq queue} on a queue of a broker that runs: by its address where commands take one, refused where not. */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class KafkaCommandsIT {

    record Order(int number, String item) {}

    private static Brokers broker;

    @TempDir
    Path directory;

    private final URI address = broker.queue(UUID.randomUUID().toString());

    @BeforeAll
    static void startBroker() throws IOException {
        broker = KafkaBroker.start(Map.of());
    }

    @AfterAll
    static void endBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    /** As somebody at a shell does, from the first element to the end; the launcher runs a command of each kind. */
    @Test
    @Timeout(1_200)
    void shouldPutTakeAndRemoveByLauncher() throws Exception {
        DurableQueue.openOrCreate(address, String.class).close();
        requireQuiet(CommandRun.launched("queue", "put", address, "tea", "milk").endsWith(0));
        requireQuiet(CommandRun.launchedReading("salt\npepper\n", "queue", "put", address)
                .endsWith(0));
        CommandRun tea =
                requireQuiet(CommandRun.launched("queue", "get", address).endsWith(0));
        assertThat(tea.lines()).containsExactly("tea");
        CommandRun two = CommandRun.here("queue", "get", address, "-n", 2, "--json");
        assertThat(requireQuiet(two.endsWith(0)).objects())
                .containsExactly(Map.of("text", "milk"), Map.of("text", "salt"));
        CommandRun asked = CommandRun.here("queue", "drain", address).endsWith(2);
        assertThat(asked.err()).contains("takes 1 element out of " + address, "add --yes");
        CommandRun drained =
                CommandRun.launched("queue", "drain", address, "--yes").endsWith(0);
        assertThat(drained.lines()).containsExactly("pepper");
        assertThat(drained.err().lines()).containsExactly("takes 1 element out of " + address, "taken: 1");
        assertThat(requireQuiet(CommandRun.here("queue", "get", address).endsWith(ExitCodes.NOTHING_THERE))
                        .out())
                .isEmpty();
        CommandRun removed = CommandRun.here("queue", "rm", address, "--yes").endsWith(0);
        assertThat(removed.err().lines())
                .containsExactly("deletes " + address + " with 0 elements; who uses it is not to be seen from here");
        CommandRun gone = CommandRun.here("queue", "put", address, "tea").endsWith(1);
        assertThat(gone.err().lines()).singleElement().asString().contains("there is nothing", address.toString());
    }

    private static CommandRun requireQuiet(CommandRun run) {
        assertThat(run.err()).isEmpty();
        return run;
    }

    @Test
    void shouldKnowFormOfElements() throws Exception {
        try (DurableQueue<Order> orders = DurableQueue.openOrCreate(address, Order.class)) {
            CommandRun.here(Terminal.NONE, "{\"number\":1,\"item\":\"tea\"}\n{\n", "queue", "put", address)
                    .endsWith(1);
            assertThat(CommandRun.here("queue", "get", address, "--json")
                            .endsWith(0)
                            .objects())
                    .containsExactly(Map.of("json", Map.of("number", 1, "item", "tea")));
            orders.put(new Order(2, "milk"));
            assertThat(CommandRun.here("queue", "get", address).endsWith(0).lines())
                    .containsExactly("{\"number\":2,\"item\":\"milk\"}");
        }
    }

    @Test
    void shouldMoveToDirectoryAndBack() throws Exception {
        try (DurableQueue<String> there = DurableQueue.openOrCreate(address, String.class);
                DurableQueue<String> here = DurableQueue.create(directory.resolve("orders"), String.class)) {
            here.putAll(List.of("a", "b"));
            CommandRun.here("queue", "move", here.directory(), address, "--yes").endsWith(0);
            assertThat(here.empty()).isTrue();
            assertThat(there.qsize()).isEqualTo(2);
            CommandRun moved = CommandRun.here("queue", "move", address, here.directory(), "--yes", "-n", 1);
            assertThat(moved.endsWith(0).err()).contains("moves 1 element from " + address, "moved: 1");
            assertThat(here.getNow()).isEqualTo("a");
            assertThat(CommandRun.here("queue", "move", address, address, "--yes")
                            .endsWith(2)
                            .err())
                    .contains("the same queue");
        }
    }

    @Test
    void shouldPutDeadLettersBack() throws Exception {
        try (DurableQueue<String> queue =
                        DurableQueue.builder(String.class).maxAttempts(2).openOrCreate(address);
                DurableQueue<DeadLetter> letters = queue.deadLetters()) {
            queue.put("a");
            assertThat(queue.receive().nack(Duration.ZERO)).isTrue();
            assertThat(queue.receive().nack(Duration.ZERO)).isTrue();
            await().until(letters::qsize, size -> size == 1);
        }
        CommandRun requeued =
                CommandRun.here("queue", "requeue", address, "--yes").endsWith(0);
        assertThat(requeued.err().lines()).containsExactly("puts 1 dead letter back into " + address, "requeued: 1");
        assertThat(CommandRun.here("queue", "get", address).endsWith(0).lines()).containsExactly("a");
    }

    @Test
    void shouldReopenAndAlter() throws Exception {
        try (DurableQueue<String> queue = DurableQueue.openOrCreate(address, String.class)) {
            queue.shutdown();
        }
        assertThat(CommandRun.here("queue", "put", address, "a").endsWith(1).err())
                .contains("shut down");
        CommandRun.here("queue", "reopen", address).endsWith(0);
        CommandRun.here("queue", "put", address, "a").endsWith(0);
        assertThat(CommandRun.here("queue", "alter", address, "--max-attempts=2", "--lease-timeout=PT30S")
                        .endsWith(0)
                        .out())
                .contains("max-attempts       2", "lease-timeout      PT30S");
        assertThat(CommandRun.here("queue", "alter", address, "--max-attempts=11")
                        .endsWith(2)
                        .err())
                .contains("from 2 to 10");
        assertThat(CommandRun.here("queue", "alter", address, "--max-size=5")
                        .endsWith(2)
                        .err())
                .contains("on Kafka only leaseTimeout, maxAttempts and redeliveryDelay can be altered");
    }

    /** Those look at files; here are none, and the message says what there is instead. */
    @ParameterizedTest
    @ValueSource(strings = {"ls", "stat", "find", "browse", "tail", "who", "verify", "repair"})
    void shouldRefuseToLook(String command) throws Exception {
        DurableQueue.openOrCreate(address, String.class).close();
        Object[] words = command.equals("repair")
                ? new Object[] {"queue", command, address, directory.resolve("new")}
                : new Object[] {"queue", command, address};
        CommandRun refused = CommandRun.here(words).endsWith(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err().lines())
                .singleElement()
                .asString()
                .contains("only a queue in a directory", address.toString(), "put, get, drain");
    }

    @Test
    void shouldSayThatFileOfPropertiesIsMissing() {
        Path missing = directory.resolve("client.properties");
        assertThat(CommandRun.here("queue", "put", address + "?config=" + missing, "a")
                        .endsWith(1)
                        .err()
                        .lines())
                .singleElement()
                .asString()
                .contains("the properties cannot be read: config=" + missing);
    }
}
