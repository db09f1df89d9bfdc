// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.OpenFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * How much of the process servers take at a moment. Threads that wait for work in a pool are not counted: they go by
 * themselves.
 *
 * @param descriptors how many there are of each kind: of sockets, of what waits for them, of a file
 * @param threads of servers that are in our code
 */
record Levels(Map<String, Long> descriptors, long threads) {

    private static final long PAUSE_NANOS = 100_000;

    /** Of a selector. */
    private static final String EVENTS = "anon_inode:[eventfd]";

    private static final String POLLS = "anon_inode:[eventpoll]";

    private static final Set<String> NAMES = Set.of(
            "ipcq-manager",
            "ipcq-manager-watcher",
            "ipcq-manager-clock",
            "ipcq-manager-worker",
            "ipcq-listener",
            "ipcq-handshake");

    static Levels now() {
        return new Levels(open(), stacks().size());
    }

    /**
     * The same while one server is at rest, whose clients go on: they may yet open selectors, when they wait for the
     * first time. It has a thread that listens, one that takes clients in, one that serves them, and one that watches
     * that.
     */
    Levels ofServerAtRest() {
        Map<String, Long> limits = new TreeMap<>(descriptors);
        limits.putAll(Map.of(EVENTS, Long.MAX_VALUE, POLLS, Long.MAX_VALUE));
        return new Levels(limits, 4);
    }

    /** Waits until there is no more than that. */
    void awaitAgain(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        for (Levels now = now(); now.exceeds(this); now = now()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("there was " + this + ", and is " + now + shown());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private boolean exceeds(Levels before) {
        return threads > before.threads
                || descriptors.entrySet().stream()
                        .anyMatch(each -> each.getValue() > before.descriptors.getOrDefault(each.getKey(), 0L));
    }

    private static Map<String, Long> open() {
        try {
            return OpenFiles.descriptors().stream()
                    .filter(name -> !name.endsWith(".jar") && !name.endsWith("/modules") && !name.startsWith("/proc/"))
                    .collect(Collectors.groupingBy(
                            name -> name.replaceAll(":\\[\\d+\\]", ""), TreeMap::new, Collectors.counting()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<StackTraceElement[]> stacks() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> NAMES.contains(each.getKey().getName()))
                .map(Map.Entry::getValue)
                .filter(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().startsWith("io.ipcq.")))
                .toList();
    }

    private static String shown() {
        return stacks().stream()
                .map(stack ->
                        Arrays.stream(stack).map(Objects::toString).collect(Collectors.joining("\n    ", "\n", "")))
                .collect(Collectors.joining());
    }
}
