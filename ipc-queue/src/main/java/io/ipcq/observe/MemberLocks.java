// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which processes are members of queues, as the kernel's table of file locks says, which is read once. */
final class MemberLocks {

    /*
     * Idea
     *   Member n has locked byte n of the file by a lock of the process, of which the table names the pid, and byte n +
     *   2^30 by one of a descriptor, which has none. Adjacent locks of one process are one line of the table. Whoever
     *   tests locks does so by shared ones, so only exclusive ones are members. The file is not opened: to close it
     *   would drop the locks that this process has on it. A process that has lost its first lock, or lives in another
     *   pid namespace, is looked for among the descriptors of the processes that this user may look at.
     *
     * References
     *   proc_locks(5), proc_pid_fdinfo(5); io.ipcq.memory.LockPair.
     */

    /** What a member is whose process is not to be seen from here. */
    static final long UNKNOWN_PID = -1;

    private static final Path TABLE = Path.of("/proc/locks");
    private static final long SECOND = 1L << 30;
    /** More than that is no row of members. */
    private static final long LONGEST_RANGE = 1 << 16;

    /** The locks that members may have, by the number of their file; null until it was read. */
    private @Nullable Map<Long, List<Lock>> table;

    /** A line of the table. */
    private record Lock(long pid, String device, long inode, long first, long last) {}

    /** The pid of each member that is there, by its number; null if this system does not say. */
    @Nullable
    Map<Integer, Long> of(Path members) {
        try {
            return find(FileIdentity.of(members));
        } catch (NoSuchFileException gone) {
            return Files.exists(TABLE) ? Map.of() : null;
        } catch (IOException e) {
            return null;
        }
    }

    private Map<Integer, Long> find(FileIdentity file) throws IOException {
        Map<Long, List<Lock>> locks = table;
        if (locks == null) {
            locks = read(TABLE).collect(Collectors.groupingBy(Lock::inode));
            table = locks;
        }
        Map<Integer, Long> pids = new TreeMap<>();
        addAll(pids, ofDevice(locks.getOrDefault(file.inode(), List.of()), file), UNKNOWN_PID);
        if (pids.containsValue(UNKNOWN_PID)) {
            lookAtDescriptors(pids, file);
        }
        return pids;
    }

    private static void addAll(Map<Integer, Long> pids, List<Lock> locks, long pidOfDescriptors) {
        for (Lock lock : locks) {
            long pid = lock.pid > 0 ? lock.pid : pidOfDescriptors;
            for (long place = lock.first; place <= lock.last; place++) {
                pids.merge((int) (place & (SECOND - 1)), pid, Math::max);
            }
        }
    }

    private static Stream<Lock> read(Path table) throws IOException {
        return Files.readAllLines(table, ISO_8859_1).stream()
                .map(MemberLocks::parse)
                .filter(Objects::nonNull);
    }

    /** All of them if none has the device's number: of some file systems, the table has another one. */
    private static List<Lock> ofDevice(List<Lock> found, FileIdentity file) {
        List<Lock> exact =
                found.stream().filter(lock -> lock.device.equals(file.device())).toList();
        return exact.isEmpty() ? found : exact;
    }

    /**
     * {@code 4: POSIX  ADVISORY  WRITE 4364 00:1b:1762945 4 4}, with {@code lock:} before it in a descriptor's file.
     */
    private static @Nullable Lock parse(String line) {
        if (!line.contains("WRITE") || line.contains("->")) {
            return null;
        }
        String[] words = line.strip().split("\\s+", 0);
        int at = 0;
        while (at < words.length && !words[at].equals("ADVISORY")) {
            at++; // one who waits for a lock has an arrow before it; nobody does here
        }
        if (at + 5 >= words.length || !words[at + 1].equals("WRITE")) {
            return null;
        }
        String place = words[at + 3];
        int end = place.lastIndexOf(':');
        try {
            long first = Long.parseLong(words[at + 4]);
            long last = Long.parseLong(words[at + 5]);
            boolean isMember = end > 0 && last - first < LONGEST_RANGE && !words[at - 1].equals("FLOCK");
            return isMember
                    ? new Lock(
                            Long.parseLong(words[at + 2]),
                            place.substring(0, end),
                            Long.parseLong(place.substring(end + 1)),
                            first,
                            last)
                    : null;
        } catch (NumberFormatException endOfFile) {
            return null; // to the end of the file: not one of ours
        }
    }

    private static void lookAtDescriptors(Map<Integer, Long> pids, FileIdentity file) {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes.toList()) {
                String name = process.getFileName().toString();
                if (Character.isDigit(name.charAt(0))) {
                    lookAtDescriptors(pids, file, process.resolve("fdinfo"), Long.parseLong(name));
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // they stay unknown
        }
    }

    private static void lookAtDescriptors(Map<Integer, Long> pids, FileIdentity file, Path fdinfo, long pid) {
        try (Stream<Path> descriptors = Files.list(fdinfo)) {
            for (Path descriptor : descriptors.toList()) {
                lookAtDescriptor(pids, file, descriptor, pid);
            }
        } catch (IOException | UncheckedIOException e) {
            // another user's, or gone while we looked
        }
    }

    private static void lookAtDescriptor(Map<Integer, Long> pids, FileIdentity file, Path descriptor, long pid) {
        try {
            List<Lock> locks =
                    read(descriptor).filter(lock -> lock.inode == file.inode()).toList();
            addAll(pids, ofDevice(locks, file), pid);
        } catch (IOException | UncheckedIOException closed) {
            // while we looked
        }
    }
}
