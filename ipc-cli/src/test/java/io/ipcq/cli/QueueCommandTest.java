// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.LIMIT;
import static io.ipcq.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueCommandTest {

    record Order(int number, String item) {}

    private static final Terminal TERMINAL = new Terminal(true, false, false, false);

    @TempDir
    Path parent;

    private static CommandRun queue(Object... arguments) {
        return CommandRun.here(with(arguments));
    }

    private static CommandRun queueReading(String input, Object... arguments) {
        return CommandRun.here(Terminal.NONE, input, with(arguments));
    }

    private static Object[] with(Object... arguments) {
        Object[] words = new Object[arguments.length + 1];
        words[0] = "queue";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        return words;
    }

    // ---- looking ----------------------------------------------------------------------------------------------------

    @Test
    void shouldListQueuesOfBothKindsAndNothingElse() throws Exception {
        Files.createDirectory(parent.resolve("no-queue"));
        try (SharedQueue<String> ring = SharedQueue.create(parent.resolve("letters"), String.class);
                DurableQueue<Order> journal = DurableQueue.create(parent.resolve("orders"), Order.class)) {
            ring.put("a");
            CommandRun ls = queue("ls", parent).endsWith(0);
            assertThat(ls.lines()).hasSize(3);
            assertThat(ls.out()).contains("ring", "letters", "utf8", "journal", "orders", "json:");
            assertThat(queue("ls", parent.resolve("letters"), "--json").objects())
                    .singleElement()
                    .satisfies(line -> assertThat(line).containsEntry("size", 1).containsEntry("state", "open"));
            assertThat(journal.stats().members()).isEqualTo(1);
        }
    }

    @Test
    void shouldListAnonymousQueue() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            assertThat(queue("ls").endsWith(0).out()).contains(queue.directory().toString());
        }
    }

    @Test
    void shouldListDamagedQueueAsSuch() throws Exception {
        Path directory = parent.resolve("letters");
        SharedQueue.create(directory, String.class).close();
        Files.write(directory.resolve("ring.ipcq"), new byte[100]);
        assertThat(queue("ls", parent, "--json").objects()).singleElement().satisfies(line -> {
            assertThat(line).containsEntry("state", "damaged");
            assertThat(line.get("message").toString()).contains("ring.ipcq");
        });
    }

    /** A script compares what two looks say. */
    @Test
    void shouldCallQueueTheSameWhetherDamagedOrSound() throws Exception {
        Path directory = parent.resolve("letters");
        SharedQueue.create(directory, String.class).close();
        Path relative = Path.of("").toAbsolutePath().relativize(parent).resolve("letters/../letters");
        byte[] sound = Files.readAllBytes(directory.resolve("ring.ipcq"));
        for (byte[] content : List.of(sound, new byte[100])) {
            Files.write(directory.resolve("ring.ipcq"), content);
            for (String command : List.of("queue ls --json", "top --once --interval 0.05 --json")) {
                List<Object> words = new ArrayList<>(List.of((Object[]) command.split(" ", -1)));
                words.add(relative.getParent());
                assertThat(CommandRun.here(words.toArray()).out())
                        .as(command)
                        .contains('"' + directory.toString() + '"');
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "journal"})
    void shouldSayFirstHowLongTheOldestElementWaits(String kind) throws Exception {
        Path directory = parent.resolve("letters");
        try (SharedQueue<String> letters = kind.equals("ring")
                ? SharedQueue.create(directory, String.class)
                : DurableQueue.create(directory, String.class)) {
            letters.put("a");
            for (String command : List.of("stat", "who --watch 0.05", "ls")) {
                List<Object> words = new ArrayList<>(List.of((Object[]) command.split(" ", -1)));
                words.add(directory);
                words.add("--json");
                Map<String, Object> line = queue(words.toArray()).objects().get(0);
                assertThat(((Number) line.get("oldestAgeNanos")).longValue())
                        .as(command)
                        .isNotNegative();
                assertThat(Instant.parse(line.get("lastPut").toString())).isBeforeOrEqualTo(Instant.now());
                assertThat(line.get("lastTake")).isNull();
            }
            assertThat(queue("stat", directory).out())
                    .containsPattern(
                            "oldest +[0-9.]+ m?(s|in)\nlast put +[0-9.]+ m?(s|in) ago, at 2.*\nlast take +-\n");
            assertThat(queue("ls", directory).out())
                    .containsPattern("KIND +OLDEST +LAST PUT +LAST TAKE")
                    .containsPattern(kind + " +[0-9.]+ m?(s|in) +[0-9.]+ m?(s|in) +- +1 ");
            assertThat(queue("who", directory, "--watch", "0.05").out())
                    .containsPattern("oldest element [0-9.]+ m?(s|in), last put [0-9.]+ m?(s|in) ago, last take -\n");
            letters.get();
            Map<String, Object> line =
                    queue("stat", directory, "--json").objects().get(0);
            assertThat(line.get("oldestAgeNanos")).as("nothing waits").isNull();
            assertThat(Instant.parse(line.get("lastTake").toString())).isBeforeOrEqualTo(Instant.now());
            Map<String, Object> row = CommandRun.here("top", directory, "--json", "--interval", "0.05")
                    .objects()
                    .get(0);
            assertThat(row).containsEntry("lastTake", line.get("lastTake"));
            assertThat(row.get("oldestAgeNanos")).isNull();
        }
    }

    @Test
    void shouldSayHowMuchIsInIt() throws Exception {
        Path directory = parent.resolve("letters");
        try (SharedQueue<String> letters = SharedQueue.create(directory, String.class)) {
            letters.put("a");
            assertThat(queue("stat", directory, "--json").endsWith(0).objects())
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .containsEntry("kind", "ring")
                            .containsEntry("size", 1)
                            .containsEntry("codec", "utf8")
                            .containsEntry("processes", 1));
            assertThat(queue("stat", directory).endsWith(0).out())
                    .contains("processes     1", "maxSize       unbounded");
        }
        assertThat(queue("stat", directory, "--json").objects().get(0)).containsEntry("processes", 0);
    }

    @Test
    void shouldShowElementsWithoutTakingThem() throws Exception {
        Path directory = parent.resolve("orders");
        try (DurableQueue<Order> orders = DurableQueue.create(directory, Order.class)) {
            orders.putAll(List.of(new Order(1, "tea"), new Order(2, "milk"), new Order(3, "salt")));
            assertThat(queue("browse", directory, "-n", 2).endsWith(0).lines())
                    .containsExactly("{\"number\":1,\"item\":\"tea\"}", "{\"number\":2,\"item\":\"milk\"}");
            assertThat(queue("show", directory, "--json").objects().get(2))
                    .isEqualTo(Map.of("json", Map.of("number", 3, "item", "salt")));
            assertThat(orders.qsize()).isEqualTo(3);
        }
    }

    @Test
    void shouldShowBytesInHexadecimal() throws Exception {
        Path bytes = parent.resolve("bytes");
        try (SharedQueue<byte[]> some = SharedQueue.create(bytes, byte[].class)) {
            some.put(new byte[] {0, (byte) 0xff});
            assertThat(queue("browse", bytes).lines()).containsExactly("00ff");
            assertThat(queue("browse", bytes, "--json").objects()).containsExactly(Map.of("hex", "00ff"));
        }
    }

    @Test
    void shouldShowTailOfWhatWasPut() throws Exception {
        try (SharedQueue<String> ring = SharedQueue.create(parent.resolve("ring"), String.class);
                DurableQueue<String> journal = DurableQueue.create(parent.resolve("journal"), String.class)) {
            for (SharedQueue<String> each : List.of(ring, journal)) {
                for (int i = 0; i < 20; i++) {
                    each.put("e" + i);
                }
                assertThat(queue("tail", each.directory(), "-n", 3).lines()).containsExactly("e17", "e18", "e19");
                assertThat(queue("tail", each.directory(), "-n", 1, "--json").objects())
                        .containsExactly(Map.of("number", 19, "text", "e19"));
                each.shutdown();
                assertThat(queue("tail", each.directory(), "-f", "-n", 2)
                                .endsWith(0)
                                .lines())
                        .containsExactly("e18", "e19");
            }
        }
    }

    // ---- putting and taking -----------------------------------------------------------------------------------------

    @Test
    void shouldPutArgumentsLinesObjectsAndBytes() throws Exception {
        Path text = parent.resolve("text");
        Path json = parent.resolve("json");
        Path bytes = parent.resolve("bytes");
        try (SharedQueue<String> texts = SharedQueue.create(text, String.class);
                DurableQueue<Order> orders = DurableQueue.create(json, Order.class);
                SharedQueue<byte[]> raw = SharedQueue.create(bytes, byte[].class)) {
            queue("put", text, "a b", "--", "-c").endsWith(0);
            queueReading("d\ne\n", "put", text).endsWith(0);
            queueReading("\"two\\nlines\"\n", "put", text, "--json").endsWith(0);
            assertThat(texts).containsExactly("a b", "-c", "d", "e", "two\nlines");
            queueReading("{\"number\":1,\"item\":\"tea\"}\n", "put", json).endsWith(0);
            assertThat(orders.getNow()).isEqualTo(new Order(1, "tea"));
            queueReading("a\nb", "put", bytes, "--raw").endsWith(0);
            assertThat(raw.getNow()).isEqualTo("a\nb".getBytes(UTF_8));
        }
    }

    /** Also what another system wrote, or a program that knows no text; a long one is one. */
    @Test
    void shouldPutLinesAsTheyAre() throws Exception {
        byte[] noText = {(byte) 0xff, 0, '\r', '\n', 'b', '\r', 'c', '\n'};
        String longLine = "x".repeat(10_000_000);
        try (DurableQueue<String> texts = DurableQueue.create(parent.resolve("text"), String.class);
                SharedQueue<byte[]> bytes = SharedQueue.create(parent.resolve("bytes"), byte[].class)) {
            queueReading("a\r\nb\rc\n\nlast", "put", texts.directory()).endsWith(0);
            assertThat(texts.browse()).containsExactly("a", "b\rc", "", "last");
            queueReading(longLine + "\n", "put", texts.directory()).endsWith(0);
            texts.drainTo(new ArrayList<>(), 4);
            assertThat(texts.getNow()).isEqualTo(longLine);
            CommandRun refused = CommandRun.here(
                            Terminal.NONE, new ByteArrayInputStream(noText), with("put", texts.directory()))
                    .endsWith(1);
            assertThat(refused.err()).contains("line 1 was not put", "no text in UTF-8");
            assertThat(texts.empty()).isTrue();
            CommandRun.here(Terminal.NONE, new ByteArrayInputStream(noText), with("put", bytes.directory()))
                    .endsWith(0);
            assertThat(bytes).containsExactly(new byte[] {(byte) 0xff, 0}, "b\rc".getBytes(UTF_8));
        }
    }

    /** As it comes: what is at the other end of a pipe may think about the next line for long. */
    @Test
    @SuppressWarnings("try") // what is typed ends
    void shouldPutEachLineAsSoonAsItIsThere() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(parent.resolve("text"), String.class);
                PipedOutputStream typed = new PipedOutputStream();
                PipedInputStream input = new PipedInputStream(typed)) {
            CompletableFuture<CommandRun> put = CompletableFuture.supplyAsync(
                    () -> CommandRun.here(Terminal.NONE, input, with("put", queue.directory())));
            typed.write("one\ntwo\nthr".getBytes(UTF_8));
            typed.flush();
            assertThat(List.of(queue.get(), queue.get())).containsExactly("one", "two");
            typed.write("ee\n".getBytes(UTF_8));
            typed.close();
            assertThat(queue.get()).isEqualTo("three");
            put.get(LIMIT.toSeconds(), TimeUnit.SECONDS).endsWith(0);
        }
    }

    @Test
    void shouldSayWhichLineIsNoElementAndPutThoseBeforeIt() throws Exception {
        Path directory = parent.resolve("orders");
        try (DurableQueue<Order> orders = DurableQueue.create(directory, Order.class)) {
            CommandRun put = queueReading("{\"number\":1}\n{\n{\"number\":3}\n", "put", directory)
                    .endsWith(1);
            assertThat(put.err().lines()).hasSize(1).first().asString().contains("line 2 was not put");
            assertThat(orders.qsize()).isEqualTo(1);
        }
    }

    @Test
    void shouldTakeOneElementOrSayThatThereIsNone() throws Exception {
        try (SharedQueue<String> ring = SharedQueue.create(parent.resolve("ring"), String.class);
                DurableQueue<String> journal = DurableQueue.create(parent.resolve("journal"), String.class)) {
            for (SharedQueue<String> each : List.of(ring, journal)) {
                each.putAll(List.of("a", "b", "c", "d\n"));
                assertThat(queue("get", each.directory()).endsWith(0).lines()).containsExactly("a");
                assertThat(queue("get", each.directory(), "-n", 2).endsWith(0).lines())
                        .containsExactly("b", "c");
                assertThat(queue("get", each.directory(), "--raw").endsWith(0).out())
                        .isEqualTo("d\n");
                queue("get", each.directory(), "--timeout", "0.01").endsWith(ExitCodes.NOTHING_THERE);
                each.shutdown();
                queue("get", each.directory()).endsWith(ExitCodes.NOTHING_THERE);
            }
            assertThat(journal.stats().leased()).isZero();
        }
    }

    /** Who reads has gone, in whatever language the system says so; or something else is wrong. */
    @Test
    void shouldKeepElementOfDurableQueueThatNobodyRead() throws Exception {
        Path directory = parent.resolve("journal");
        try (DurableQueue<String> journal = DurableQueue.create(directory, String.class)) {
            journal.put("a");
            assertThat(getIntoNothing(directory, "Broken pipe")).isEqualTo(ExitCodes.PIPE_CLOSED);
            assertThat(getIntoNothing(directory, BrokenPipe.words())).isEqualTo(ExitCodes.PIPE_CLOSED);
            assertThat(getIntoNothing(directory, "No space left on device")).isEqualTo(1);
            assertThat(getIntoNothing(directory, null)).isEqualTo(1);
            assertThat(journal.get()).isEqualTo("a");
        }
    }

    private static int getIntoNothing(Path queue, String reason) {
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
        Screen screen = new Screen(InputStream.nullInputStream(), gone, OutputStream.nullOutputStream(), Terminal.NONE);
        return Ipcq.run(screen, "queue", "get", queue.toString());
    }

    // ---- what asks --------------------------------------------------------------------------------------------------

    @Test
    void shouldAskBeforeItTakesMovesOrDeletes() throws Exception {
        Path from = parent.resolve("from");
        Path to = parent.resolve("to");
        try (DurableQueue<String> source = DurableQueue.create(from, String.class);
                SharedQueue<String> target = SharedQueue.create(to, String.class)) {
            source.put("a");
            for (Object[] words : List.of(
                    new Object[] {"drain", from},
                    new Object[] {"move", from, to},
                    new Object[] {"requeue", from},
                    new Object[] {"rm", from})) {
                CommandRun refused = queue(words).endsWith(2);
                assertThat(refused.err()).contains("--yes").contains(words[0].equals("requeue") ? "puts" : "s ");
                CommandRun.here(TERMINAL, "no\n", with(words)).endsWith(1);
                CommandRun.here(TERMINAL, "", with(words)).endsWith(1);
            }
            assertThat(source.qsize()).isEqualTo(1);
            assertThat(target.qsize()).isZero();
            CommandRun.here(TERMINAL, "y\n", with("move", from, to)).endsWith(0);
            assertThat(target.getNow()).isEqualTo("a");
        }
    }

    @Test
    void shouldDrain() throws Exception {
        Path directory = parent.resolve("letters");
        try (DurableQueue<String> letters = DurableQueue.create(directory, String.class)) {
            letters.putAll(List.of("a", "b"));
            assertThat(queue("drain", directory, "--yes").endsWith(0).lines()).containsExactly("a", "b");
            assertThat(letters.empty()).isTrue();
        }
    }

    @Test
    void shouldMoveBetweenAllKindsOfQueues() throws Exception {
        try (SharedQueue<String> ring = SharedQueue.create(parent.resolve("r1"), String.class);
                SharedQueue<String> other = SharedQueue.create(parent.resolve("r2"), String.class);
                DurableQueue<String> journal = DurableQueue.create(parent.resolve("j1"), String.class);
                DurableQueue<String> last = DurableQueue.create(parent.resolve("j2"), String.class);
                SharedQueue<byte[]> bytes = SharedQueue.create(parent.resolve("bytes"), byte[].class)) {
            List<SharedQueue<String>> way = List.of(ring, other, journal, last, ring);
            ring.putAll(List.of("a", "b", "c"));
            for (int i = 1; i < way.size(); i++) {
                Path from = way.get(i - 1).directory();
                Path to = way.get(i).directory();
                assertThat(queue("move", from, to, "--yes", "-n", 2, "--json")
                                .endsWith(0)
                                .objects())
                        .containsExactly(Map.of("from", from.toString(), "to", to.toString(), "moved", 2, "late", 0));
                assertThat(queue("move", from, to, "--yes").endsWith(0).err()).contains("moved: 1");
            }
            assertThat(ring).containsExactly("a", "b", "c");
            queue("move", ring.directory(), ring.directory(), "--yes").endsWith(2);
            assertThat(queue("move", ring.directory(), bytes.directory(), "--yes")
                            .endsWith(1)
                            .err())
                    .contains("codecs differ");
            queue("move", ring.directory(), parent.resolve("nowhere"), "--yes").endsWith(1);
            assertThat(ring).containsExactly("a", "b", "c");
        }
    }

    @Test
    void shouldTakeAddresses() throws Exception {
        try (DurableQueue<String> orders = DurableQueue.create(parent.resolve("orders"), String.class);
                DurableQueue<String> others = DurableQueue.create(parent.resolve("others"), String.class)) {
            URI address = orders.directory().toUri();
            queue("put", address, "tea", "milk").endsWith(0);
            assertThat(queue("stat", address, "--json").objects())
                    .singleElement()
                    .satisfies(line -> assertThat(line).containsEntry("size", 2));
            assertThat(queue("get", address).endsWith(0).lines()).containsExactly("tea");
            queue("move", address, orders.directory(), "--yes").endsWith(2);
            queue("move", address, others.directory(), "--yes").endsWith(0);
            assertThat(others.get()).isEqualTo("milk");
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAddress() throws Exception {
        Path config = Files.write(
                parent.resolve("client.properties"), List.of("default.api.timeout.ms=100", "request.timeout.ms=50"));
        String nobody = "kafka://127.0.0.1:1/orders?config=" + config;
        assertThat(queue("put", nobody, "a").endsWith(1).err())
                .contains("kafka://127.0.0.1:1/orders", "no broker answered")
                .doesNotContain(config.toString());
        assertThat(queue("stat", nobody).endsWith(1).err()).contains("only a queue in a directory");
        assertThat(queue("move", nobody, nobody, "--yes").endsWith(1).err()).contains("no broker answered");
        assertThat(queue("put", "amqp://host/orders", "a").endsWith(1).err())
                .contains("known are file:, ipcq: and kafka:");
        assertThat(queue("put", "kafka://user:hunter2@host/orders", "a")
                        .endsWith(2)
                        .err())
                .contains("names a user")
                .doesNotContain("hunter2");
        assertThat(queue("put", "kafka://a b/orders", "a").endsWith(2).err()).contains("no address");
    }

    @Test
    void shouldPutDeadLettersBack() throws Exception {
        Path directory = parent.resolve("orders");
        try (DurableQueue<String> orders =
                DurableQueue.builder(String.class).maxAttempts(1).create(directory)) {
            orders.putAll(List.of("a", "b", "c"));
            for (int i = 0; i < 3; i++) {
                Delivery<String> delivery = orders.receive();
                delivery.nack();
            }
            try (DurableQueue<DeadLetter> letters = orders.deadLetters()) {
                assertThat(letters.qsize()).isEqualTo(3);
                assertThat(queue("verify", directory, "--json")
                                .endsWith(0)
                                .objects()
                                .get(0))
                        .containsEntry("sound", 6);
                assertThat(queue("requeue", directory, "--yes", "-n", 1)
                                .endsWith(0)
                                .err())
                        .contains("requeued: 1");
                assertThat(letters.qsize()).isEqualTo(2);
                assertThat(queue("requeue", directory, "--yes", "--json")
                                .endsWith(0)
                                .objects())
                        .containsExactly(Map.of("queue", directory.toString(), "requeued", 2));
                assertThat(letters.qsize()).isZero();
            }
            assertThat(orders.browse()).containsExactly("a", "b", "c");
            assertThat(Objects.requireNonNull(orders.receive()).attempts()).isEqualTo(1);
        }
        SharedQueue.create(parent.resolve("letters"), String.class).close();
        queue("requeue", parent.resolve("letters"), "--yes").endsWith(1);
    }

    @Test
    void shouldLoseNothingThatTheOtherQueueDoesNotTake() throws Exception {
        String large = "x".repeat(100_000);
        try (SharedQueue<String> ring = SharedQueue.create(parent.resolve("ring"), String.class);
                DurableQueue<String> journal =
                        DurableQueue.builder(String.class).maxAttempts(1).create(parent.resolve("journal"));
                SharedQueue<String> over = SharedQueue.create(parent.resolve("over"), String.class);
                SharedQueue<String> small =
                        SharedQueue.builder(String.class).capacityBytes(1 << 16).create(parent.resolve("small"))) {
            over.shutdown();
            for (SharedQueue<String> source : List.of(ring, journal)) {
                source.put(large);
                assertThat(queue("move", source.directory(), over.directory(), "--yes")
                                .endsWith(1)
                                .err())
                        .contains("shut down");
                queue("move", source.directory(), small.directory(), "--yes").endsWith(1);
                assertThat(source.getNow()).as("not lost, and no dead letter").isEqualTo(large);
            }
        }
    }

    @Test
    void shouldKeepDeadLettersThatCannotBePutBack() throws Exception {
        try (DurableQueue<String> orders =
                DurableQueue.builder(String.class).maxAttempts(1).create(parent.resolve("orders"))) {
            orders.put("a");
            Objects.requireNonNull(orders.receive()).nack();
            orders.shutdown();
            for (int i = 0; i < 7; i++) {
                queue("requeue", orders.directory(), "--yes").endsWith(1);
            }
            try (DurableQueue<DeadLetter> letters = orders.deadLetters()) {
                assertThat(letters.qsize()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldDeleteForEveryone() throws Exception {
        Path directory = parent.resolve("letters");
        SharedQueue.create(directory, String.class).close();
        assertThat(queue("rm", directory, "--yes").endsWith(0).err()).contains("nobody is attached");
        assertThat(directory).doesNotExist();
        Path orders = parent.resolve("orders");
        SharedQueue.create(directory, String.class).close();
        try (DurableQueue<String> queue = DurableQueue.create(orders, String.class)) {
            queue.put("a");
        }
        assertThat(queue("rm", directory, orders, "--yes", "--json").endsWith(0).objects())
                .containsExactly(
                        Map.of("queue", directory.toString(), "elements", 0),
                        Map.of("queue", orders.toString(), "elements", 1));
        assertThat(orders).doesNotExist();
    }

    /** Nothing was done, so nothing is said to a script. */
    @Test
    void shouldPrintNoObjectUnlessItIsDone() throws Exception {
        Path directory = parent.resolve("letters");
        Path other = parent.resolve("others");
        SharedQueue.create(directory, String.class).close();
        SharedQueue.create(other, String.class).close();
        for (Object[] words : List.of(
                new Object[] {"move", directory, other, "--json"},
                new Object[] {"rm", directory, "--json"},
                new Object[] {"repair", parent.resolve("nothing"), parent.resolve("new"), "--json"})) {
            CommandRun refused = queue(words);
            assertThat(refused.code()).isIn(1, 2);
            assertThat(refused.out()).isEmpty();
        }
        assertThat(directory).exists();
    }

    // ---- damage -----------------------------------------------------------------------------------------------------

    @Test
    void shouldSayWhatIsDamaged() throws Exception {
        Path ring = parent.resolve("ring");
        Path journal = parent.resolve("journal");
        try (SharedQueue<String> queue =
                SharedQueue.builder(String.class).checksum(true).create(ring)) {
            queue.putAll(List.of("first", "second"));
        }
        try (DurableQueue<String> queue = DurableQueue.create(journal, String.class)) {
            queue.put("first");
            queue.put("second");
            queue.put("third");
        }
        assertThat(queue("verify", ring, journal).endsWith(0).out()).contains("in order");
        damage(ring.resolve("ring.ipcq"), "second");
        CommandRun verify = queue("verify", ring, "--json").endsWith(ExitCodes.NOT_IN_ORDER);
        assertThat(verify.objects().get(0)).containsEntry("sound", 1);
        assertThat(verify.out()).contains("element 1 does not match its checksum");
        try (var files = Files.list(journal.resolve("journal"))) {
            Path segment = files.filter(file -> file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
            damage(segment, "second");
        }
        verify = queue("verify", journal, "--json").endsWith(ExitCodes.NOT_IN_ORDER);
        assertThat(verify.objects().get(0)).containsEntry("sound", 2);
        assertThat(verify.out())
                .contains("element 1 does not match its checksum")
                .contains(".cq4");
    }

    @Test
    void shouldSayThatElementsAreMissing() throws Exception {
        Path journal = parent.resolve("journal");
        try (DurableQueue<String> queue = DurableQueue.create(journal, String.class)) {
            queue.putAll(List.of("first", "second"));
        }
        try (var files = Files.list(journal.resolve("journal"))) {
            Files.delete(files.filter(file -> file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow());
        }
        CommandRun verify = queue("verify", journal).endsWith(ExitCodes.NOT_IN_ORDER);
        assertThat(verify.out()).contains("elements 0 to 1 are missing");
        Files.write(journal.resolve("control.ipcq"), new byte[10]);
        assertThat(queue("verify", journal, parent.resolve("nothing"))
                        .endsWith(ExitCodes.NOT_IN_ORDER)
                        .out())
                .contains("control.ipcq")
                .contains("nothing");
    }

    static void damage(Path file, String text) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        byte[] wanted = text.getBytes(UTF_8);
        for (int at = 0; at <= bytes.length - wanted.length; at++) {
            if (java.util.Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                bytes[at] ^= 1;
                Files.write(file, bytes);
                return;
            }
        }
        throw new AssertionError(text + " is not in " + file);
    }

    // ---- options ----------------------------------------------------------------------------------------------------

    @Test
    void shouldReopenAndAlterDurableQueue() throws Exception {
        Path directory = parent.resolve("orders");
        try (DurableQueue<String> queue = DurableQueue.create(directory, String.class)) {
            queue.shutdown();
            queue("reopen", directory).endsWith(0);
            queue.put("tea");
            assertThat(queue("alter", directory, "--max-size=5", "--lease-timeout=PT30S", "--sync=true")
                            .endsWith(0)
                            .out())
                    .contains("max-size           5", "lease-timeout      PT30S", "sync               true");
            assertThat(queue.options().maxSize()).isEqualTo(5);
            queue("alter", directory, "--max-size=none", "--lease-timeout=none", "--max-attempts=2")
                    .endsWith(0);
            assertThat(queue.options().maxSize()).isEqualTo(Long.MAX_VALUE);
            assertThat(queue.options().leaseTimeout()).isNull();
            assertThat(queue.options().maxAttempts()).isEqualTo(2);
            queue("alter", directory, "--max-attempts=0").endsWith(2);
            queue("alter", directory, "--max-size=many").endsWith(2);
        }
        SharedQueue.create(parent.resolve("letters"), String.class).close();
        assertThat(queue("reopen", parent.resolve("letters")).endsWith(1).err()).contains("only a durable queue");
    }

    @Test
    void shouldSayWhatIsWrongInOneLine() {
        CommandRun stat = queue("stat", parent.resolve("nothing")).endsWith(1);
        assertThat(stat.err().lines()).hasSize(1).first().asString().contains("nothing");
        queue().endsWith(2);
        assertThat(queue("stat", "a\0b").endsWith(2).err()).doesNotContain("\0");
    }

    @Test
    void shouldFindQueuesByWhatTheyAreLike() throws Exception {
        try (SharedQueue<String> full = SharedQueue.create(parent.resolve("full"), String.class);
                SharedQueue<String> empty = SharedQueue.create(parent.resolve("empty"), String.class)) {
            full.put("letter");
            try (DurableQueue<String> left = DurableQueue.create(parent.resolve("left"), String.class)) {
                left.put("letter");
            }
            Path damaged = Files.createDirectory(parent.resolve("damaged"));
            Files.createFile(damaged.resolve("ring.ipcq"));
            assertThat(find("--empty")).containsExactly(empty.directory().toString());
            assertThat(find("--deserted"))
                    .containsExactly(parent.resolve("left").toString());
            await().untilAsserted(() -> assertThat(find("--idle", "0.01")).hasSize(3));
            assertThat(find("--idle", "1000")).isEmpty();
            await().untilAsserted(() -> assertThat(find("--older", "0.3"))
                    .containsExactly(
                            full.directory().toString(), parent.resolve("left").toString()));
            assertThat(find("--older", "1000")).isEmpty();
            assertThat(find("--empty", "--deserted")).isEmpty();
            CommandRun.here("queue", "find", "--empty", "--deserted", parent).endsWith(ExitCodes.NOTHING_THERE);
            Thread busy = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    full.offer("more");
                    full.poll();
                }
            });
            busy.start();
            try {
                List<String> idle = List.of(
                        empty.directory().toString(), parent.resolve("left").toString());
                await().until(() -> find("--idle", "0.2"), idle::equals);
            } finally {
                busy.interrupt();
                busy.join();
            }
        }
    }

    private List<String> find(Object... options) {
        List<Object> words = new ArrayList<>(List.of("queue", "find", parent));
        words.addAll(List.of(options));
        return CommandRun.here(words.toArray()).lines();
    }

    @Test
    void shouldKeepWhatCanBeRead() throws Exception {
        List<String> elements =
                IntStream.range(0, 50).mapToObj(n -> "element " + n).toList();
        for (boolean durable : new boolean[] {false, true}) {
            Path damaged = parent.resolve("damaged-" + durable);
            Path target = parent.resolve("repaired-" + durable);
            try (SharedQueue<String> queue = durable
                    ? DurableQueue.builder(String.class).maxSize(77).create(damaged)
                    : SharedQueue.builder(String.class)
                            .checksum(true)
                            .maxSize(77)
                            .create(damaged)) {
                for (String element : elements) {
                    queue.put(element);
                }
                assertThat(queue.get()).isEqualTo("element 0");
                if (queue instanceof DurableQueue<String> journal) {
                    var kept = journal.receive(); // leased by one who is dead later
                    assertThat(kept.value()).isEqualTo("element 1");
                } else {
                    assertThat(queue.get()).isEqualTo("element 1");
                }
                assertThat(queue("repair", damaged, target).endsWith(1).err()).contains("it is in use");
            }
            damage(data(damaged), "element 20");
            CommandRun repair = queue("repair", damaged, target).endsWith(ExitCodes.NOT_IN_ORDER);
            assertThat(repair.lines())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("checksum"));
            assertThat(repair.err()).contains("kept: " + (durable ? 48 : 47) + " elements");
            List<String> expected = new ArrayList<>(elements.subList(durable ? 1 : 2, elements.size()));
            expected.remove("element 20");
            assertThat(queue("browse", target, "-n", 100).endsWith(0).lines()).isEqualTo(expected);
            assertThat(queue("stat", target, "--json").objects().get(0)).containsEntry("maxSize", 77);
            assertThat(queue("repair", damaged, target).endsWith(1).err()).isNotEmpty();
            Path another = parent.resolve("another-" + durable);
            assertThat(queue("repair", damaged, another, "--json")
                            .endsWith(ExitCodes.NOT_IN_ORDER)
                            .objects())
                    .singleElement()
                    .satisfies(object -> assertThat(object)
                            .containsEntry("queue", damaged.toString())
                            .containsEntry("target", another.toString())
                            .containsEntry("kept", durable ? 48 : 47)
                            .hasEntrySatisfying(
                                    "flaws",
                                    flaws -> assertThat((List<?>) flaws)
                                            .singleElement(as(STRING))
                                            .contains("checksum")));
            queue("repair", parent.resolve("nothing"), parent.resolve("new")).endsWith(1);
            assertThat(parent.resolve("new")).doesNotExist();
        }
    }

    private static Path data(Path queue) throws IOException {
        try (var files = Files.walk(queue)) {
            return files.filter(file -> file.toString().endsWith("ring.ipcq")
                            || file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
