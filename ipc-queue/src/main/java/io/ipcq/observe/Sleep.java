// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.ipcq.queue.QueueView;
import io.ipcq.queue.QueueWord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the words of queues on which the threads of processes sleep in the kernel; each process is looked at once. */
final class Sleep {

    /*
     * Idea. /proc/PID/task/TID/syscall has the system call of a sleeping thread, with its arguments. The first argument
     * of a futex is the address of the word. /proc/PID/maps says which file is mapped there. Both are shown to users
     * that could trace the process: the same user, unless a security module forbids that. Then nothing is seen.
     */

    /** Where a part of a file is mapped. */
    private record Mapping(long start, long end, long offset) {

        boolean contains(long address) {
            return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
        }
    }

    /** What a process shares, by the number of the file, and the addresses that its threads sleep on. */
    private record Seen(Map<Long, List<Mapping>> mappings, List<Long> addresses) {}

    private final Map<Long, Seen> processes = new HashMap<>();

    Set<QueueWord> of(long pid, QueueView queue) {
        Set<QueueWord> words = EnumSet.noneOf(QueueWord.class);
        try {
            long inode = FileIdentity.of(queue.control()).inode();
            Seen process = processes.computeIfAbsent(pid, Sleep::look);
            for (Mapping mapping : process.mappings.getOrDefault(inode, List.of())) {
                for (long address : process.addresses) {
                    QueueWord word =
                            mapping.contains(address) ? queue.wordAt(address - mapping.start + mapping.offset) : null;
                    if (word != null) {
                        words.add(word);
                    }
                }
            }
        } catch (IOException gone) {
            // nobody sleeps there
        }
        return words;
    }

    private static Seen look(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            Map<Long, List<Mapping>> mappings = mappings(process.resolve("maps"));
            return new Seen(
                    mappings,
                    mappings.isEmpty()
                            ? List.of()
                            : tasks.map(Sleep::address).filter(Objects::nonNull).toList());
        } catch (IOException | UncheckedIOException hidden) {
            return new Seen(Map.of(), List.of()); // or it has ended
        }
    }

    private static Map<Long, List<Mapping>> mappings(Path maps) throws IOException {
        Map<Long, List<Mapping>> mappings = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(maps, ISO_8859_1)) {
            // 7f430e46b000-7f430e47b000 rw-s 00000000 00:1b 1762945    /dev/shm/...
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split("\\s+", 6);
                if (words.length > 5 && words[1].endsWith("s")) {
                    String[] ends = words[0].split("-", 2);
                    mappings.computeIfAbsent(Long.parseUnsignedLong(words[4]), first -> new ArrayList<>())
                            .add(new Mapping(
                                    Long.parseUnsignedLong(ends[0], 16),
                                    Long.parseUnsignedLong(ends[1], 16),
                                    Long.parseUnsignedLong(words[2], 16)));
                }
            }
        }
        return mappings;
    }

    /** What a thread sleeps on, if that is a futex; null if it does not sleep. */
    private static @Nullable Long address(Path task) {
        try {
            // 202 0x7f430e46b080 0x0 ...; "running" while it does, -1 in no call
            String[] call =
                    Files.readString(task.resolve("syscall"), ISO_8859_1).split(" ", 3);
            return call.length < 3 || !call[1].startsWith("0x")
                    ? null
                    : Long.valueOf(Long.parseUnsignedLong(call[1].substring(2), 16));
        } catch (IOException | NumberFormatException gone) {
            return null;
        }
    }
}
