// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LinePumpTest {

    @Test
    void shouldPassOnLinesAndWhatHasNoEnd() {
        assertThat(pump("one\n\nthree")).containsExactly("one", "", "three");
    }

    @Test
    void shouldCutLineThatNeverEnds() {
        assertThat(pump("x".repeat((1 << 16) + 1))).containsExactly("x".repeat(1 << 16), "x");
    }

    @Test
    void shouldGoOnAfterLineThatIsNotTaken() {
        List<String> lines = new ArrayList<>();
        byte[] printed = "one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8);
        LinePump pump = new LinePump("child", new ByteArrayInputStream(printed), line -> {
            lines.add(new String(line, StandardCharsets.UTF_8));
            throw new AssertionError("of a logger");
        });
        pump.run();
        assertThat(lines).containsExactly("one", "two", "three");
        assertThat(pump.lastLines()).containsExactly("one", "two", "three");
    }

    @Test
    void shouldPutNameBeforeEachLine() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(written, false, StandardCharsets.UTF_8);

        LineSink.prefixed("writer", () -> stream).accept("grüße".getBytes(StandardCharsets.UTF_8));

        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("[writer] grüße\n");
    }

    /** A child has ended, another process still has its pipe, and who is to have its lines takes them late. */
    @Test
    @Timeout(60)
    void shouldAwaitWhatIsThereAndNothingElse() throws Exception {
        CountDownLatch taking = new CountDownLatch(1);
        CountDownLatch mayTake = new CountDownLatch(1);
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        try (InputStream pipe = pipeOfAnother("one\ntwo\n")) {
            LinePump pump = new LinePump("child", pipe, line -> {
                taking.countDown();
                awaitQuietly(mayTake);
                lines.add(new String(line, StandardCharsets.UTF_8));
            });
            pump.start();
            taking.await();
            FutureTask<List<String>> awaiting = new FutureTask<>(() -> {
                pump.awaitEnd(Integer.MAX_VALUE);
                return List.copyOf(lines);
            });
            new Thread(awaiting).start();
            assertThatThrownBy(() -> awaiting.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            mayTake.countDown();
            assertThat(awaiting.get()).containsExactly("one", "two");
            assertThat(pump.isAlive()).isTrue();
        }
    }

    /** Nothing can hold up the end of a child for good. */
    @Test
    @Timeout(60)
    void shouldNotAwaitWhoTakesNothing() throws Exception {
        CountDownLatch mayTake = new CountDownLatch(1);
        try (InputStream pipe = pipeOfAnother("one\n")) {
            LinePump pump = new LinePump("child", pipe, line -> awaitQuietly(mayTake));
            pump.start();
            pump.awaitEnd();
            assertThat(pump.isAlive()).isTrue();
            mayTake.countDown();
        }
    }

    /** A process that a child left behind may write all the time. */
    @Test
    @Timeout(60)
    void shouldNotAwaitWhoNeverStops() throws Exception {
        try (EndlessPipe pipe = new EndlessPipe()) {
            LinePump pump = new LinePump("child", pipe, line -> {});
            pump.start();
            pump.awaitEnd(Integer.MAX_VALUE);
            assertThat(pump.isAlive()).isTrue();
        }
    }

    private static final class EndlessPipe extends InputStream {

        private volatile boolean closed;

        @Override
        public int read() throws IOException {
            throw new IOException("not asked for");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            Arrays.fill(bytes, offset, offset + length, (byte) '\n');
            return closed ? -1 : length;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** As the JDK's, which is read with the monitor held, and which another process has open, too. */
    private static InputStream pipeOfAnother(String written) {
        return new BufferedInputStream(new InputStream() {
            private final InputStream there = new ByteArrayInputStream(written.getBytes(StandardCharsets.UTF_8));
            private final CountDownLatch closed = new CountDownLatch(1);

            @Override
            public int read() throws IOException {
                throw new IOException("not asked for");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = there.read(bytes, offset, length);
                if (count < 0) {
                    awaitQuietly(closed);
                }
                return count;
            }

            @Override
            public void close() {
                closed.countDown();
            }
        });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldTellWhatTheParentReads() {
        assertThat(Output.SLF4J.isPiped()).isTrue();
        assertThat(Output.PREFIXED.isPiped()).isTrue();
        assertThat(Output.INHERIT.isPiped()).isFalse();
        assertThat(Output.DISCARD.isPiped()).isFalse();
    }

    private static List<String> pump(String text) {
        List<String> lines = new ArrayList<>();
        new LinePump(
                        "child",
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        line -> lines.add(new String(line, StandardCharsets.UTF_8)))
                .run();
        return lines;
    }
}
