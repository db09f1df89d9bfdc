// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class QueueCommandTest {

    record Order(int number, String item) {}

    @TempDir
    Path parent;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int ipcq(Object... arguments) {
        CommandLine line = Ipcq.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        String[] words = List.of(arguments).stream().map(Object::toString).toArray(String[]::new);
        return line.execute(words);
    }

    @Test
    void shouldListQueuesOfBothKindsAndNothingElse() throws Exception {
        Files.createDirectory(parent.resolve("no-queue"));
        try (SharedQueue<String> ring = SharedQueue.create(parent.resolve("letters"), String.class);
                DurableQueue<Order> journal = DurableQueue.create(parent.resolve("orders"), Order.class)) {
            ring.put("a");
            assertThat(ipcq("queue", "ls", parent)).isZero();
            assertThat(out.toString().lines()).hasSize(3);
            assertThat(out.toString()).contains("ring", "letters", "utf8", "journal", "orders", "json:");
            assertThat(journal.stats().members()).isEqualTo(1);
        }
    }

    @Test
    void shouldListAnonymousQueue() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            assertThat(ipcq("queue", "ls")).isZero();
            assertThat(out.toString()).contains(queue.directory().toString());
        }
    }

    @Test
    void shouldShowElementsWithoutTakingThem() throws Exception {
        Path directory = parent.resolve("orders");
        try (DurableQueue<Order> orders = DurableQueue.create(directory, Order.class)) {
            orders.putAll(List.of(new Order(1, "tea"), new Order(2, "milk"), new Order(3, "salt")));
            assertThat(ipcq("queue", "show", directory, "-n", 2)).isZero();
            assertThat(out.toString().lines())
                    .containsExactly("{\"number\":1,\"item\":\"tea\"}", "{\"number\":2,\"item\":\"milk\"}");
            assertThat(orders.qsize()).isEqualTo(3);
        }
    }

    @Test
    void shouldShowBytesAndControlCharactersHarmlessly() throws Exception {
        Path bytes = parent.resolve("bytes");
        Path text = parent.resolve("text");
        try (SharedQueue<byte[]> some = SharedQueue.create(bytes, byte[].class);
                SharedQueue<String> others = SharedQueue.create(text, String.class)) {
            some.put(new byte[] {0, (byte) 0xff});
            others.put("\u001b[2Jgone");
            ipcq("queue", "show", bytes);
            ipcq("queue", "show", text);
            assertThat(out.toString().lines()).containsExactly("00ff", "\\u001b[2Jgone");
        }
    }

    @Test
    void shouldTakeOneElementOrSayThatThereIsNone() throws Exception {
        Path directory = parent.resolve("letters");
        try (SharedQueue<String> letters = SharedQueue.create(directory, String.class)) {
            letters.put("a");
            assertThat(ipcq("queue", "get", directory)).isZero();
            assertThat(out.toString().strip()).isEqualTo("a");
            assertThat(ipcq("queue", "get", directory, "--timeout", "0.01")).isEqualTo(Ipcq.NOTHING_THERE);
        }
    }

    @Test
    void shouldPrintStatisticsAsJson() throws Exception {
        Path directory = parent.resolve("letters");
        try (SharedQueue<String> letters = SharedQueue.create(directory, String.class)) {
            letters.put("a");
            assertThat(ipcq("queue", "stat", directory, "--json")).isZero();
            assertThat(out.toString()).contains("\"kind\":\"ring\"", "\"size\":1", "\"codec\":\"utf8\"");
            assertThat(ipcq("queue", "stat", directory)).isZero();
            assertThat(out.toString()).contains("members       1");
        }
    }

    @Test
    void shouldDeleteForEveryone() throws Exception {
        Path directory = parent.resolve("letters");
        SharedQueue.create(directory, String.class).close();
        assertThat(ipcq("queue", "delete", directory)).isZero();
        assertThat(directory).doesNotExist();
    }

    @Test
    void shouldReopenAndAlterDurableQueue() throws Exception {
        Path directory = parent.resolve("orders");
        try (DurableQueue<String> queue = DurableQueue.create(directory, String.class)) {
            queue.shutdown();
            assertThat(ipcq("queue", "reopen", directory)).isZero();
            queue.put("tea");
            assertThat(ipcq("queue", "alter", directory, "--max-size=5", "--lease-timeout=PT30S", "--sync=true"))
                    .isZero();
            assertThat(out.toString())
                    .contains("max-size           5", "lease-timeout      PT30S", "sync               true");
            assertThat(queue.options().maxSize()).isEqualTo(5);
            assertThat(ipcq("queue", "alter", directory, "--max-size=none", "--lease-timeout=none", "--max-attempts=2"))
                    .isZero();
            assertThat(queue.options().maxSize()).isEqualTo(Long.MAX_VALUE);
            assertThat(queue.options().leaseTimeout()).isNull();
            assertThat(queue.options().maxAttempts()).isEqualTo(2);
            assertThat(ipcq("queue", "alter", directory, "--max-attempts=0")).isEqualTo(1);
            assertThat(ipcq("queue", "alter", directory, "--max-size=many")).isEqualTo(1);
        }
        SharedQueue.create(parent.resolve("letters"), String.class).close();
        assertThat(ipcq("queue", "reopen", parent.resolve("letters"))).isEqualTo(1);
        assertThat(err.toString()).contains("only a durable queue");
    }

    @Test
    void shouldSayWhatIsWrongInOneLine() {
        assertThat(ipcq("queue", "stat", parent.resolve("nothing"))).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(1).first().asString().contains("nothing");
        assertThat(ipcq("queue")).isEqualTo(2);
    }
}
