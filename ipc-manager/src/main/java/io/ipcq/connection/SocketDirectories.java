// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.Log;
import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.LiveDirectory;
import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The place for sockets for which the program names none: each in a new directory 0700. Thread-safe; process-safe. */
final class SocketDirectories {
    /*
     * Idea. A lock says that the process that made a directory is alive. So others can remove what a killed process
     * left. A lock takes two descriptors, and a program may have a pipe for each of a thousand children. So there is
     * one lock for all (LiveDirectory):
     *
     *   ipcq-sockets-<pid>-<start>-<random>/
     *     alive             locked by this JVM
     *     1/s               where a listener listens
     *     2/first, s0, s1   where the ends of a pipe meet (PipeMeeting); these may remove it from another process
     *
     * It is removed with the last directory in it. When a JVM needs its first one, it sweeps what killed JVMs have
     * left.
     */

    private static final String PREFIX = "ipcq-sockets-";

    /**
     * What the path of a socket has beyond the directory for all, at most: numbers of processes have seven digits, and
     * so on.
     */
    static final int NAME_BYTES = ("/" + PREFIX + "4194304-9999999999999-ffffffff/zik0zj/s0").length();

    // guarded by the class, as is all that follows
    /**
     * The last one is used; those before had something in them when something else had removed the file that is locked.
     */
    private static final List<LiveDirectory> PLACES = new ArrayList<>();

    private static boolean swept;
    private static int made;

    private SocketDirectories() {}

    /** Makes one. */
    static synchronized Path create() throws IOException {
        while (true) {
            LiveDirectory place = place();
            try {
                return PrivateFiles.createNewDirectory(
                        place.path().resolve(Integer.toString(++made, Character.MAX_RADIX)));
            } catch (NoSuchFileException gone) {
                if (place.isInPlace()) {
                    throw gone;
                }
            }
        }
    }

    private static LiveDirectory place() throws IOException {
        if (!PLACES.isEmpty() && PLACES.get(PLACES.size() - 1).isInPlace()) {
            return PLACES.get(PLACES.size() - 1);
        }
        Path parent = OwnFiles.socketParent();
        LiveDirectory place = LiveDirectory.create(parent, PREFIX);
        PLACES.add(place);
        if (!swept) {
            swept = true;
            sweep(parent);
        }
        return place;
    }

    /** What killed processes of this user have left. */
    static List<Path> abandoned(Path parent) throws IOException {
        return LiveDirectory.abandoned(parent, PREFIX);
    }

    /** Removes what killed processes of this user have left. */
    static void sweep(Path parent) {
        LiveDirectory.sweep(parent, PREFIX, (directory, name) -> false);
    }

    /** Removes one, of this or another process, with all that is in it. */
    static void remove(Path directory) {
        try {
            DirectoryHandle.delete(directory);
        } catch (IOException others) {
            // another process removes it, too
        }
        removeUnused();
    }

    /** Removes the directory for all if there is none in it. */
    static synchronized void removeUnused() {
        PLACES.removeIf(SocketDirectories::isRemoved);
    }

    private static boolean isRemoved(LiveDirectory place) {
        try {
            return place.removeIfEmpty();
        } catch (IOException | RuntimeException e) {
            Log.of(SocketDirectories.class)
                    .debug("the directory of sockets is left for another process to remove: {}", place, e);
            return false;
        }
    }
}
