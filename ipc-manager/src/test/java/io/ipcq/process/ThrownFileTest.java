// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a child threw keeps it neither from ending nor fills a heap. */
@Timeout(120)
class ThrownFileTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final long GRACE_MILLIS = 200;
    private static final int PIECE_BYTES = 1 << 16;
    private static final long ENDLESS_BYTES = 64L << 20;

    private static final AtomicLong WRITTEN = new AtomicLong();

    private static volatile CountDownLatch over;

    /** To write it waits for ever. */
    private static final class Waiting extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    /** To write it hardly ends. */
    private static final class Endless extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            while (WRITTEN.addAndGet(PIECE_BYTES) < ENDLESS_BYTES) {
                out.write(new byte[PIECE_BYTES]);
                out.flush();
            }
        }
    }

    @TempDir
    Path directory;

    private Path task;

    private Path task() {
        task = directory.resolve("1.task");
        return task;
    }

    @BeforeEach
    void hold() {
        over = new CountDownLatch(1);
    }

    @AfterEach
    void release() {
        over.countDown();
        await().atMost(LONG).until(ThrownFileTest::nobodyWrites); // or the directory could not be deleted
    }

    private static boolean nobodyWrites() {
        return Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("ipcq-thrown"));
    }

    @Test
    void shouldBringWhatWasThrown() {
        ThrownFile.write(task(), new IllegalStateException("broken"));
        byte[] bytes = ThrownFile.take(task);
        assertThat(bytes).isNotNull();
        assertThat(ThrownFile.read(bytes, getClass().getClassLoader()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("broken");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldEndThoughToWriteItWaitsForEver() {
        ThrownFile.write(task(), new Waiting(), GRACE_MILLIS);
        assertThat(nobodyWrites()).isFalse();
        assertThat(ThrownFile.take(task)).isNull();
    }

    @Test
    void shouldLeaveOutWhatIsTooLargeBeforeItFillsTheHeap() {
        ThrownFile.write(task(), new Endless());
        await().atMost(LONG).until(ThrownFileTest::nobodyWrites);
        assertThat(WRITTEN).hasValueBetween(1L << 20, 2L << 20);
        assertThat(Files.exists(TaskPaths.besides(task, RunDirectory.THROWN))).isFalse();
    }
}
