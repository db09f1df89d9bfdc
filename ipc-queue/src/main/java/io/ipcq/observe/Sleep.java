// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.ipcq.queue.QueueView;
import io.ipcq.queue.QueueWord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the words of a queue on which the threads of a process sleep in the kernel. */
final class Sleep {

    /*
     * Idea. /proc/PID/task/TID/syscall has the system call of a sleeping thread, with its arguments. The first argument
     * of a futex is the address of the word. /proc/PID/maps says which file is mapped there. Both are shown to users
     * that could trace the process: the same user, unless a security module forbids that. Then nothing is seen.
     */

    /** Where a part of a file is mapped. */
    private record Mapping(long start, long end, long offset) {}

    private Sleep() {}

    static Set<QueueWord> of(long pid, QueueView queue) {
        Set<QueueWord> words = EnumSet.noneOf(QueueWord.class);
        Path process = Path.of("/proc", Long.toString(pid));
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            List<Mapping> mappings = mappings(process.resolve("maps"), FileIdentity.of(queue.control()));
            if (mappings.isEmpty()) {
                return words;
            }
            for (Path task : tasks.toList()) {
                add(words, task.resolve("syscall"), mappings, queue);
            }
        } catch (IOException | UncheckedIOException hidden) {
            // nothing is known, or it has ended
        }
        return words;
    }

    private static List<Mapping> mappings(Path maps, FileIdentity file) throws IOException {
        List<Mapping> mappings = new ArrayList<>();
        try (Stream<String> lines = Files.lines(maps, ISO_8859_1)) {
            // 7f430e46b000-7f430e47b000 rw-s 00000000 00:1b 1762945    /dev/shm/...
            for (String line : (Iterable<String>) lines::iterator) {
                String[] words = line.split("\\s+", 6);
                if (words.length > 5 && words[1].endsWith("s") && words[4].equals(Long.toString(file.inode()))) {
                    String[] ends = words[0].split("-", 2);
                    mappings.add(new Mapping(
                            Long.parseUnsignedLong(ends[0], 16),
                            Long.parseUnsignedLong(ends[1], 16),
                            Long.parseLong(words[2], 16)));
                }
            }
        }
        return mappings;
    }

    private static void add(Set<QueueWord> words, Path syscall, List<Mapping> mappings, QueueView queue) {
        try {
            // 202 0x7f430e46b080 0x0 ...; "running" while it does, -1 in no call
            String[] call = Files.readString(syscall, ISO_8859_1).split(" ", 3);
            if (call.length < 3 || !call[1].startsWith("0x")) {
                return;
            }
            long address = Long.parseUnsignedLong(call[1].substring(2), 16);
            for (Mapping mapping : mappings) {
                if (Long.compareUnsigned(address, mapping.start) >= 0
                        && Long.compareUnsigned(address, mapping.end) < 0) {
                    QueueWord word = queue.wordAt(address - mapping.start + mapping.offset);
                    if (word != null) {
                        words.add(word);
                    }
                }
            }
        } catch (IOException | NumberFormatException gone) {
            // the thread has ended
        }
    }
}
