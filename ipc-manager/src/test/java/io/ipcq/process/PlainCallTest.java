// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.OpenFiles;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PlainCallTest {

    /** What the functions of this test were called with. */
    private static final List<@Nullable Object> CALLED = new ArrayList<>();

    private static void three(@Nullable Object a, @Nullable Object b, @Nullable Object c) {
        CALLED.clear();
        CALLED.addAll(Arrays.asList(a, b, c));
    }

    @Test
    void shouldMakeMethodReferenceAndPlainArgumentsAnew() throws Exception {
        SerializableTriConsumer<@Nullable Object, @Nullable Object, @Nullable Object> function = PlainCallTest::three;
        throughBytes(new ChildProcess(function, "lone surrogate \ud800", null, Integer.MIN_VALUE))
                .run();
        assertThat(CALLED).containsExactly("lone surrogate \ud800", null, Integer.MIN_VALUE);

        throughBytes(new ChildProcess(function, Long.MAX_VALUE, -0.0, true)).run();
        assertThat(CALLED).containsExactly(Long.MAX_VALUE, -0.0, true);
    }

    @Test
    void shouldMakeCapturesOfEveryKindAnew() throws Exception {
        int number = 7;
        long large = 1L << 40;
        boolean truth = true;
        String text = "text";

        throughBytes(new ChildProcess(() -> three(number, large, text + truth))).run();
        assertThat(CALLED).containsExactly(7, 1L << 40, "texttrue");
        throughBytes(new ChildProcess(a -> three(a, text, 1), "one")).run();
        assertThat(CALLED).containsExactly("one", "text", 1);
        throughBytes(new ChildProcess((a, b) -> three(a, b, text), "one", "two"))
                .run();
        assertThat(CALLED).containsExactly("one", "two", "text");
    }

    @Test
    void shouldMakeBoundMethodReferenceAnew() throws Exception {
        String bound = "bound";

        FunctionCall call = throughBytes(new ChildProcess(bound::getBytes));

        call.run();
        assertThat(call.arguments()).isEmpty();
    }

    private static void primitive(int number) {
        three(number, null, null);
    }

    private static void throwing(boolean checked) throws Exception {
        if (checked) {
            throw new IOException("checked");
        }
        throw new AssertionError("error");
    }

    @Test
    void shouldConvertAsTheLambdaDoes() throws Exception {
        SerializableConsumer<@Nullable Integer> function = PlainCallTest::primitive;
        throughBytes(new ChildProcess(function, 7)).run();
        assertThat(CALLED).containsExactly(7, null, null);

        FunctionCall ofNull = throughBytes(new ChildProcess(function, null));
        assertThatThrownBy(ofNull::run).isInstanceOf(NullPointerException.class);
    }

    @Test
    void shouldThrowWhatTheFunctionThrows() throws Exception {
        FunctionCall checked = throughBytes(new ChildProcess(() -> throwing(true)));
        assertThatThrownBy(checked::run).isExactlyInstanceOf(IOException.class).hasMessage("checked");

        FunctionCall error = throughBytes(new ChildProcess(() -> throwing(false)));
        assertThatThrownBy(error::run).isExactlyInstanceOf(AssertionError.class).hasMessage("error");
    }

    private static long descriptorsOf(Path directory) throws IOException {
        return OpenFiles.descriptors().stream()
                .filter(file -> file.startsWith(directory + "/"))
                .count();
    }

    /** As when a parent gives up a child that it has just started. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldDetachFromQueuesWhenAnotherIsGone(@TempDir Path linked) throws Exception {
        Path directory = linked.toRealPath(); // as the descriptors have it
        SharedQueue<String> gone = SharedQueue.create(String.class);
        SharedQueue<String> queue = SharedQueue.builder(String.class).create(directory.resolve("queue"));
        byte[] bytes = new ChildProcess((a, b) -> three(a, b, null), queue, gone)
                .task()
                .plain();
        gone.close();

        assertThatThrownBy(() -> PlainCall.decode(new DataInputStream(new ByteArrayInputStream(bytes))))
                .isInstanceOf(IOException.class);

        assertThat(descriptorsOf(directory)).as("while one is attached").isPositive();
        queue.close();
        await().pollInterval(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(60))
                .until(() -> descriptorsOf(directory) == 0);
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldAttachToQueueOnceHoweverOftenItIsPassed() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            FunctionCall call = throughBytes(new ChildProcess((a, b) -> three(a, b, queue), queue, queue));

            call.run();

            SharedQueue<String> there = (SharedQueue<String>) CALLED.get(0);
            assertThat(there).isNotSameAs(queue);
            assertThat(CALLED.get(1)).isSameAs(there);
            assertThat(CALLED.get(2)).isSameAs(there);
            there.put("text");
            assertThat(queue.get()).isEqualTo("text");
            there.close();
        }
    }

    /** An object that is not a lambda, as no child could make it anew. */
    static final class Named implements SerializableRunnable {
        private static final long serialVersionUID = 1L;

        @Override
        public void run() {}
    }

    @Test
    void shouldLeaveEverythingElseToSerialization() throws Exception {
        SharedQueue<String> closed = SharedQueue.create(String.class);
        closed.close();
        int[] array = {1};
        try (SharedQueue<Integer> json = SharedQueue.create(Integer.class)) {
            for (ChildProcess child : List.of(
                    new ChildProcess(new Named()),
                    new ChildProcess(() -> three(array, null, null)),
                    new ChildProcess(a -> {}, new byte[1]),
                    new ChildProcess(a -> {}, List.of("a")),
                    new ChildProcess(a -> {}, closed),
                    new ChildProcess(a -> {}, json),
                    new ChildProcess(a -> {}, "x".repeat(1 << 16)),
                    new ChildProcess() {
                        @Override
                        public void run() {}
                    })) {
                assertThat(child.task().plain()).isNull();
            }
        }
    }

    @Test
    void shouldRefuseDamagedBytes() {
        byte[] bytes = Objects.requireNonNull(new ChildProcess((a, b, c) -> three(a, b, c), "a", "b", "c")
                .task()
                .plain());
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> decode(cut)).isInstanceOfAny(IOException.class, ClassNotFoundException.class);
        }
        byte[] unknown = bytes.clone();
        unknown[bytes.length - 4] = 99; // the type of the last argument
        assertThatThrownBy(() -> decode(unknown))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("type=99");
    }

    private static FunctionCall throughBytes(ChildProcess child) throws Exception {
        return decode(Objects.requireNonNull(child.task().plain(), "it is plain"));
    }

    private static FunctionCall decode(byte[] bytes) throws IOException, ClassNotFoundException {
        return PlainCall.decode(new DataInputStream(new ByteArrayInputStream(bytes)));
    }
}
