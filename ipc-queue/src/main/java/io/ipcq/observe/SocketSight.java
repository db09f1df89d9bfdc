// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which process listens at a Unix-domain socket, as the kernel shows it; nobody is connected to, or asked. Thread-safe:
 * it has no state.
 */
public final class SocketSight {
    /*
     * The table of sockets has the number of each; among the descriptors of the processes that this user may look at,
     * the one with that number is looked for.
     *
     * Reference: proc_net(5), /proc/net/unix.
     */

    private static final Path TABLE = Path.of("/proc/net/unix");
    private static final int FLAGS = 3;
    private static final int INODE = 6;
    private static final int PATH = 7;
    private static final long LISTENS = 1 << 16;

    private SocketSight() {}

    /** The process that listens there; null if nobody does, or it is not to be seen. */
    public static @Nullable ProcessSight listenerAt(Path socket) {
        try {
            String inode = inode(socket.toAbsolutePath().toString());
            return inode == null ? null : owner("socket:[" + inode + "]");
        } catch (IOException | UncheckedIOException unseen) {
            return null;
        }
    }

    private static @Nullable String inode(String path) throws IOException {
        String wanted = new String(path.getBytes(UTF_8), ISO_8859_1); // names of others may be no text
        for (String line : Files.readAllLines(TABLE, ISO_8859_1)) {
            String[] words = line.strip().split(" +", PATH + 1);
            if (words.length > PATH
                    && words[PATH].equals(wanted)
                    && words[FLAGS].matches("[0-9A-Fa-f]{1,8}")
                    && (Long.parseLong(words[FLAGS], 16) & LISTENS) != 0) {
                return words[INODE];
            }
        }
        return null;
    }

    private static @Nullable ProcessSight owner(String link) throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : (Iterable<Path>) processes::iterator) {
                String name = process.getFileName().toString();
                if (Character.isDigit(name.charAt(0)) && hasDescriptor(process.resolve("fd"), link)) {
                    return ProcessSight.of(Long.parseLong(name));
                }
            }
        }
        return null;
    }

    private static boolean hasDescriptor(Path descriptors, String link) {
        try (Stream<Path> all = Files.list(descriptors)) {
            return all.anyMatch(descriptor -> leadsTo(descriptor, link));
        } catch (IOException | UncheckedIOException gone) {
            return false; // or another user's
        }
    }

    private static boolean leadsTo(Path descriptor, String link) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(link);
        } catch (IOException closed) {
            return false;
        }
    }
}
