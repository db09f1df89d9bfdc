// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.memory.RegionFormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueGlancesTest {

    private static final int SMALL_BYTES = 4096;

    @TempDir
    Path parent;

    private SharedQueue<String> create(String kind) throws Exception {
        Path directory = parent.resolve(kind);
        return kind.equals("ring")
                ? SharedQueue.builder(String.class)
                        .capacityBytes(SMALL_BYTES)
                        .maxSize(1000)
                        .create(directory)
                : DurableQueue.create(directory, String.class);
    }

    /** A look, which maps the file, shows the same. */
    private static void assertSame(Path directory, QueueGlances glances) throws Exception {
        try (QueueView view = QueueView.open(directory)) {
            assertThat(glances.at(directory)).isEqualTo(QueueGlance.of(view, view.snapshot()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "journal"})
    void shouldShowWhatALookShows(String kind) throws Exception {
        QueueGlances glances = new QueueGlances();
        try (SharedQueue<String> queue = create(kind)) {
            assertSame(queue.directory(), glances);
            for (int i = 0; i < 300; i++) { // some laps of the ring
                for (int n = 0; n <= i % 7; n++) {
                    queue.put("x".repeat((i + n) * 7 % 200));
                    assertSame(queue.directory(), glances);
                }
                queue.drainTo(new ArrayList<>(), 1 + i % 9);
                assertSame(queue.directory(), glances);
            }
            queue.drainTo(new ArrayList<>());
            queue.putAll(List.of("a", "b", "c"));
            queue.get();
            queue.taskDone();
            assertSame(queue.directory(), glances);
            queue.shutdown();
            assertSame(queue.directory(), glances);
            assertThat(queue.stats().members()).as("it is no member").isEqualTo(1);
        }
        assertSame(parent.resolve(kind), glances);
    }

    @Test
    void shouldShowLeasesAndDeadLetters() throws Exception {
        QueueGlances glances = new QueueGlances();
        try (DurableQueue<String> queue =
                DurableQueue.builder(String.class).maxAttempts(1).create(parent.resolve("journal"))) {
            queue.putAll(List.of("a", "b", "c"));
            Delivery<String> delivery = queue.receive();
            Delivery<String> other = queue.receive();
            assertSame(queue.directory(), glances);
            QueueGlance seen = glances.at(queue.directory());
            assertThat(seen.leased()).isEqualTo(2);
            assertThat(glances.deadLetters(seen)).isZero();
            delivery.nack();
            other.ack();
            assertSame(queue.directory(), glances);
            assertThat(glances.deadLetters(glances.at(queue.directory()))).isEqualTo(1);
        }
    }

    /** Its words change between two looks at them, so this is no longer a matter of a glance. */
    @ParameterizedTest
    @ValueSource(strings = {"ring", "journal"})
    void shouldShowQueueAtWork(String kind) throws Exception {
        QueueGlances glances = new QueueGlances();
        AtomicBoolean ends = new AtomicBoolean();
        try (SharedQueue<String> queue = create(kind)) {
            queue.put("at work");
            Thread user = new Thread(() -> {
                try {
                    while (!ends.get()) {
                        queue.put("at work");
                        queue.get();
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            user.start();
            long before = 0;
            for (int i = 0; i < 2000; i++) {
                QueueGlance seen = glances.at(queue.directory());
                assertThat(seen.size()).isBetween(0L, 3L);
                assertThat(seen.put()).isGreaterThanOrEqualTo(before);
                before = seen.put();
            }
            ends.set(true);
            user.join();
        }
    }

    @Test
    void shouldFindNothingWhereThereIsNoQueue() throws Exception {
        QueueGlances glances = new QueueGlances();
        Files.createFile(parent.resolve("file"));
        Files.createDirectory(parent.resolve("empty"));
        for (String name : List.of("file", "empty", "nothing")) {
            assertThat(glances.at(parent.resolve(name))).as(name).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "journal"})
    void shouldSayWhatALookSaysOfWhatIsDamaged(String kind) throws Exception {
        QueueGlances glances = new QueueGlances();
        Path directory;
        try (SharedQueue<String> queue = create(kind)) {
            directory = queue.directory();
        }
        Path control = directory.resolve(kind.equals("ring") ? "ring.ipcq" : "control.ipcq");
        byte[] sound = Files.readAllBytes(control);
        for (int offset : new int[] {0, 9, 100, 300}) {
            byte[] damaged = sound.clone();
            damaged[offset]++;
            Files.write(control, damaged);
            assertThatThrownBy(() -> glances.at(directory))
                    .as("offset=%s", offset)
                    .isInstanceOf(RegionFormatException.class)
                    .hasMessageContaining(control.toString());
        }
        Files.write(control, new byte[100]);
        assertThatThrownBy(() -> glances.at(directory)).isInstanceOf(RegionFormatException.class);
        Files.delete(control);
        assertThat(glances.at(directory)).isNull();
    }

    /** Where others could exchange what it reads, it is held as by a look; what others may write to is refused. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void shouldNotFollowWhatOthersMayHaveMade() throws Exception {
        QueueGlances glances = new QueueGlances();
        Path ring;
        try (SharedQueue<String> queue = create("ring")) {
            ring = queue.directory();
        }
        Path open = Files.createDirectory(parent.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.move(ring, open.resolve("ring"));
        assertSame(open.resolve("ring"), glances);
        Files.createSymbolicLink(parent.resolve("link"), open.resolve("ring"));
        assertThat(glances.at(parent.resolve("link"))).isNull();
        Files.move(open.resolve("ring"), ring);
        Path control = ring.resolve("ring.ipcq");
        Files.setPosixFilePermissions(control, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThatThrownBy(() -> glances.at(ring)).hasMessageContaining("others may write to it");
        Files.setPosixFilePermissions(control, PosixFilePermissions.fromString("rw-------"));
        assertSame(ring, glances);
        Files.setPosixFilePermissions(ring, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(glances.at(ring)).isNull();
    }
}
