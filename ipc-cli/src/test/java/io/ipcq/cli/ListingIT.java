// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.Strace;
import io.ipcq.TestJvm;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a list asks of the kernel for each queue: that is the same on every machine, however busy it is. */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class ListingIT {

    private static final int QUEUES = 50;
    /** The directory with all of them, and those above it. */
    private static final int OTHERS = 49;

    private static final String MARK = "/no-such-file-of-ipcq";

    /** A list of queues in a directory. */
    private enum Listing {
        RINGS("rings", "queue", "ls"),
        JOURNALS("journals", "queue", "ls"),
        /** Where a group may write. */
        OF_GROUP("group", "queue", "ls"),
        DESERTED("rings", "queue", "find", "--deserted"),
        /** Two looks at queues that the process itself uses. */
        TOP("rings", "top", "--once", "--interval", "0.05");

        private final String directory;
        private final String[] words;

        Listing(String directory, String... words) {
            this.directory = directory;
            this.words = words;
        }

        void run(Path parent) {
            List<Object> all = new ArrayList<>(List.of((Object[]) words));
            all.add(parent.resolve(directory));
            CommandRun.here(all.toArray()).endsWith(0);
        }
    }

    /** Makes each list between two marks, after all that is done only once was done. */
    static final class Lister {
        private Lister() {}

        public static void main(String[] arguments) throws Exception {
            Path parent = Path.of(arguments[0]);
            List<SharedQueue<String>> used = new ArrayList<>();
            for (Listing listing : Listing.values()) {
                for (int i = 0; i < QUEUES && listing == Listing.TOP; i++) {
                    used.add(SharedQueue.open(queue(parent, "rings", i), String.class));
                }
                listing.run(parent);
                mark();
                listing.run(parent);
                mark();
            }
            used.forEach(SharedQueue::close);
        }

        private static void mark() {
            if (Files.exists(Path.of(MARK))) {
                throw new AssertionError(MARK);
            }
        }
    }

    @TempDir
    Path parent;

    private static Path queue(Path parent, String kind, int number) {
        return parent.resolve(kind).resolve("queue" + number);
    }

    @Test
    void shouldOpenFewFilesForEachQueueAndEachTableOnce() throws Exception {
        assumeTrue(Strace.isUsable(), "needs strace");
        for (int i = 0; i < QUEUES; i++) {
            SharedQueue.create(queue(parent, "rings", i), String.class).close();
            DurableQueue.create(queue(parent, "journals", i), String.class).close();
            SharedQueue.create(queue(parent, "group", i), String.class).close();
        }
        Files.setAttribute(parent.resolve("group"), "unix:mode", 02775);
        Map<Listing, List<String>> calls = trace();
        List<String> ofRings = about(parent, calls.get(Listing.RINGS));
        List<String> ofJournals = about(parent, calls.get(Listing.JOURNALS));
        // the control file; of a journal also the directory of its segments, which are counted
        assertThat(openings(ofRings, "")).isBetween((long) QUEUES, (long) QUEUES + OTHERS);
        assertThat(openings(ofJournals, "")).isBetween(2L * QUEUES, 2L * QUEUES + OTHERS);
        // what others could exchange meanwhile is looked for in a directory that is held
        assertThat(openings(calls.get(Listing.OF_GROUP), "/ring.ipcq")).isZero();
        assertThat(openings(calls.get(Listing.OF_GROUP), "\"ring.ipcq")).isEqualTo(QUEUES);
        // whose they are, once each; of a journal also that it is no ring, and whose its directory is
        assertThat(ofRings).hasSizeLessThan(3 * QUEUES + OTHERS);
        assertThat(ofJournals).hasSizeLessThan(6 * QUEUES + OTHERS);
        for (Listing listing : List.of(Listing.RINGS, Listing.JOURNALS, Listing.DESERTED)) {
            assertThat(openings(calls.get(listing), "/etc/"))
                    .as("users, by %s, of the directories above", listing)
                    .isLessThan(QUEUES / 2);
        }
        assertThat(openings(calls.get(Listing.DESERTED), "/proc/locks")).isEqualTo(1);
        assertThat(openings(calls.get(Listing.TOP), "/proc/locks")).isEqualTo(2);
        assertThat(openings(calls.get(Listing.TOP), "/maps\"")).isEqualTo(2);
    }

    private Map<Listing, List<String>> trace() throws IOException {
        Path trace = parent.resolve("trace");
        List<String> traced = List.of("strace", "-f", "-qq", "-s", "300", "-e", "trace=%file", "-o", trace.toString());
        try (TestJvm lister = TestJvm.startThrough(traced, List.of(), Lister.class, parent.toString())) {
            lister.awaitSuccess();
        }
        Map<Listing, List<String>> calls = new EnumMap<>(Listing.class);
        List<String> some = new ArrayList<>();
        int marks = 0;
        for (String call : Files.readAllLines(trace)) {
            if (call.contains(" resumed>")) {
                continue; // the end of one that another thread's came in between
            }
            some.add(call);
            if (call.contains(MARK)) {
                if (marks % 2 == 1) {
                    calls.put(Listing.values()[marks / 2], some);
                }
                some = new ArrayList<>();
                marks++;
            }
        }
        assertThat(calls).hasSize(Listing.values().length);
        return calls;
    }

    /**
     * The calls for files there, by a whole path or in a directory that is open; a JVM looks at others now and then.
     */
    private static List<String> about(Path parent, List<String> calls) {
        return calls.stream()
                .filter(call -> !call.contains("AT_EMPTY_PATH")) // the JVM, of limits of its container
                .filter(call ->
                        call.contains(parent.toString()) || !call.contains("(AT_FDCWD, ") && !call.contains("(\"/"))
                .toList();
    }

    private static long openings(List<String> calls, String what) {
        return calls.stream()
                .filter(call -> call.contains("open") && call.contains(what))
                .count();
    }
}
