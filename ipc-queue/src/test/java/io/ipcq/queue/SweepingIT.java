// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What somebody else can plant where a program sweeps: nothing that it leads to is touched, and nothing of it keeps a
 * program from its queues. What another user would do by a program of his own is done here by a thread: exchange what
 * is his.
 */
class SweepingIT {

    private static final int FILES = 2_000;
    private static final int SWEEPS = 50;
    /** Candidates beside the bait, so that some time passes from the first look at it to the second. */
    private static final int OTHERS = 50;

    private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofDays(1)));

    /** Who made what lies about. */
    enum Owner {
        ANOTHER_USER,
        THIS_USER;

        void own(Path path) throws IOException {
            if (this == ANOTHER_USER) {
                Files.setAttribute(path, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    /** As {@code /dev/shm} is. */
    @TempDir
    private Path common;

    /** Where nobody but this user has access. */
    @TempDir
    private Path home;

    private Path bait;

    private static void assumeCanPlant(Owner owner) throws IOException {
        assumeTrue(owner == Owner.THIS_USER || DurableQueueRefusalTest.isRoot(), "only root can give a file away");
    }

    private Path plant(Owner owner) throws IOException {
        bait = Files.createDirectory(common.resolve("ipcq-queue-bait"));
        owner.own(bait);
        return bait;
    }

    private static Path file(Path directory, int number) {
        return directory.resolve("file-" + number);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldDeleteNothingBehindLinkThatTakesPlaceWhileItDeletes(Owner owner) throws Exception {
        assumeCanPlant(owner);
        Path planted = Files.createDirectory(plant(owner).resolve("files"));
        Path precious = Files.createDirectory(home.resolve("precious"));
        for (int i = 0; i < FILES; i++) {
            owner.own(Files.createFile(file(planted, i)));
            Files.createFile(file(precious, i));
        }
        owner.own(planted);
        Files.setLastModifiedTime(bait, LONG_AGO);
        Path aside = common.resolve("aside");

        whileExchanging(
                () -> {
                    if (!Files.exists(aside) && isBeingEmptied(planted)) {
                        Files.move(planted, aside, StandardCopyOption.ATOMIC_MOVE);
                        Files.createSymbolicLink(planted, precious);
                    }
                },
                () -> AnonymousDirectories.sweep(common));

        assertThat(files(precious)).hasSize(FILES);
        assertThat(Files.exists(bait)).isEqualTo(owner == Owner.ANOTHER_USER);
    }

    private static boolean isBeingEmptied(Path directory) {
        return IntStream.range(0, FILES).anyMatch(i -> !Files.exists(file(directory, i)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotTakeQueueForDebrisByLinkInPlaceOfCandidate(Owner owner) throws Exception {
        assumeCanPlant(owner);
        Path orders = home.resolve("orders");
        try (DurableQueue<String> queue = DurableQueue.create(orders, String.class)) {
            queue.put("a");
        }
        plant(owner);
        for (int i = 0; i < OTHERS; i++) {
            owner.own(Files.createDirectory(common.resolve("ipcq-queue-" + i)));
        }
        Path link = Files.createSymbolicLink(common.resolve("link"), orders);
        Path aside = common.resolve("aside");

        whileExchanging(
                () -> {
                    Files.move(bait, aside, StandardCopyOption.ATOMIC_MOVE);
                    Files.move(link, bait, StandardCopyOption.ATOMIC_MOVE);
                    Thread.sleep(1);
                    Files.move(bait, link, StandardCopyOption.ATOMIC_MOVE);
                    Files.move(aside, bait, StandardCopyOption.ATOMIC_MOVE);
                    Thread.sleep(1);
                },
                () -> {
                    for (int i = 0; i < SWEEPS; i++) {
                        AnonymousDirectories.sweep(common);
                    }
                });

        try (DurableQueue<String> queue = DurableQueue.open(orders, String.class)) {
            assertThat(queue.getNow()).isEqualTo("a");
        }
    }

    /** Runs an action while a thread does its tricks, which may fail when somebody removes what it plays with. */
    private static void whileExchanging(Task.Action trick, Task.Action action) throws Exception {
        List<Throwable> failures = new ArrayList<>();
        Thread thread = new Thread(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    trick.run();
                }
            } catch (NoSuchFileException | InterruptedException e) {
                // the bait was swallowed, or it is over
            } catch (Throwable e) {
                failures.add(e);
            }
        });
        thread.start();
        try {
            action.run();
        } finally {
            thread.interrupt();
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void shouldCreateQueueBesideDebrisOfAnotherUser() throws Exception {
        assumeTrue(DurableQueueRefusalTest.isRoot(), "only root can start a process of another user");
        Path place = Files.createDirectory(common.resolve("place"));
        DurableQueueFilesIT.chmod("--recursive", "1777", place);
        DurableQueueFilesIT.chmod("--recursive", "o+rx", common);
        for (String name : List.of(".queue.new-0", ".queue.deleted-0", "..queue.new-0")) {
            Path debris = Files.createDirectory(place.resolve(name));
            Files.createFile(debris.resolve("file"));
            Files.setLastModifiedTime(debris, LONG_AGO);
        }

        try (TestJvm creator = TestJvm.startThrough(
                DurableQueueFilesIT.NOBODY,
                DurableQueue.jvmOptions(),
                DurableQueueFilesIT.Creator.class,
                place.toString())) {
            creator.awaitSuccess();
            assertThat(creator.output()).isEmpty();
        }
        assertThat(files(place)).hasSize(4).contains(place.resolve("queue"));
    }
}
