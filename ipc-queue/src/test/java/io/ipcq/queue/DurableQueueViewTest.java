// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Looking at a durable queue where nothing can be written, and where nothing shall be. */
@Timeout(120)
class DurableQueueViewTest {

    private static final String BIG = "x".repeat(300_000);

    @TempDir
    Path parent;

    @TempDir
    Path readOnly;

    private boolean mounted;

    private static DurableQueueBuilder<String> builder() {
        return DurableQueue.builder(String.class);
    }

    private Path orders() {
        return parent.resolve("orders");
    }

    /** The same files, where nothing can be written. */
    private boolean mountReadOnly() throws Exception {
        mounted = run("mount", "--bind", parent.toString(), readOnly.toString());
        return mounted && run("mount", "-o", "remount,ro,bind", readOnly.toString());
    }

    private static boolean run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "-l", readOnly.toString());
        }
    }

    /** Element 0 is given back, 1 acknowledged, 2 out; 3 and those over several segments wait. */
    private void createQueue() throws Exception {
        try (DurableQueue<String> queue = builder()
                .segmentBytes(1 << 20)
                .maxElementBytes(1 << 20)
                .maxAttempts(7)
                .create(orders())) {
            queue.putAll(List.of("a", "b", "c", "d"));
            for (int i = 0; i < 8; i++) {
                queue.put(i + BIG);
            }
            assertThat(queue.receive().nack(Duration.ofHours(1))).isTrue();
            assertThat(queue.receive().ack()).isTrue();
            assertThat(queue.receive().value()).isEqualTo("c");
        }
    }

    private static void assertShown(DurableQueueView<String> view) {
        assertThat(view.qsize()).isEqualTo(10);
        assertThat(view.options().maxAttempts()).isEqualTo(7);
        List<String> big = IntStream.range(0, 8).mapToObj(i -> i + BIG).toList();
        assertThat(view.browse().limit(2)).containsExactly("a", "d");
        assertThat(view.browse().skip(2)).isEqualTo(big);
        assertThat(view.replay(0).limit(4).map(Replayed::value)).containsExactly("a", "b", "c", "d");
        assertThat(view.replay(10).map(Replayed::number)).containsExactly(10L, 11L);
        assertThat(view.replay(11).map(Replayed::value)).containsExactly(7 + BIG);
        assertThat(view.replay(12)).isEmpty();
    }

    private static Map<Path, String> files(Path root) throws IOException {
        Map<Path, String> files = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.toList()) {
                files.put(path, Files.getLastModifiedTime(path) + " " + Files.size(path));
            }
        }
        return files;
    }

    @Test
    void shouldLookWhereNothingCanBeWritten() throws Exception {
        createQueue();
        assumeTrue(mountReadOnly(), "only root can mount a file system");
        Path there = readOnly.resolve("orders");
        assertThatThrownBy(() -> builder().open(there).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ead-only");
        try (DurableQueueView<String> view = builder().view(there)) {
            assertShown(view);
        }
    }

    @Test
    void shouldWriteNothingAlthoughItCould() throws Exception {
        createQueue();
        Map<Path, String> before = files(parent);
        try (DurableQueueView<String> view = builder().view(orders())) {
            assertShown(view);
        }
        assertThat(files(parent)).isEqualTo(before);
    }

    @Test
    void shouldSeeWhatOthersDoMeanwhile() throws Exception {
        createQueue();
        try (DurableQueueView<String> view = builder().view(orders());
                DurableQueue<String> queue = builder().open(orders())) {
            assertThat(queue.stats().members()).isEqualTo(1);
            assertThat(view.browse().limit(2)).containsExactly("a", "d");
            while (queue.getNow() != null) {}
            queue.put("e");
            assertThat(view.browse()).containsExactly("a", "e");
            assertThat(view.qsize()).isEqualTo(2);
        }
    }

    @Test
    void shouldRefuseWhatOpenRefusesAndEverythingAfterClose() throws Exception {
        assertThatThrownBy(() -> builder().view(orders())).isInstanceOf(NoSuchFileException.class);
        createQueue();
        assertThatThrownBy(() -> DurableQueue.builder(Integer.class).view(orders()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("codec");
        DurableQueueView<String> view = builder().view(orders());
        Stream<String> begun = view.browse();
        view.close();
        view.close();
        assertThatThrownBy(() -> begun.forEach(each -> {})).isInstanceOf(QueueClosedException.class);
        Files.write(orders().resolve("control.ipcq"), new byte[100]);
        assertThatThrownBy(() -> builder().view(orders())).isInstanceOf(RegionFormatException.class);
    }
}
