// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
    void shouldPutNameBeforeEachLine() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(written, false, StandardCharsets.UTF_8);

        LineSink.prefixed("writer", () -> stream).accept("grüße".getBytes(StandardCharsets.UTF_8));

        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("[writer] grüße\n");
    }

    /** A child has ended, another process still has its pipe, and this one is slow. */
    @Test
    @Timeout(60)
    void shouldAwaitWhatIsThereAndNothingElse() throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        try (PipedOutputStream child = new PipedOutputStream();
                PipedInputStream pipe = new PipedInputStream(child)) {
            LinePump pump = new LinePump("child", pipe, line -> {
                awaitQuietly(mayGoOn);
                lines.add(new String(line, StandardCharsets.UTF_8));
            });
            child.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
            child.flush();
            pump.start();
            FutureTask<List<String>> awaiting = new FutureTask<>(() -> {
                pump.awaitEnd(System.nanoTime());
                return List.copyOf(lines);
            });
            new Thread(awaiting).start();
            assertThatThrownBy(() -> awaiting.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            mayGoOn.countDown();
            assertThat(awaiting.get()).containsExactly("one", "two");
            assertThat(pump.isAlive()).isTrue();
        }
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
