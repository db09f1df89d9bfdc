// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Directories of this user among the temporary files, 0700, which all of the user's programs find: for what is made once and serves
 * them all.
 *
 * <p>The name ends with the user's. Where somebody else has taken that name, it goes on with "-" and a random number.
 */
final class CacheDirectory {

    private CacheDirectory() {}

    /** Finds it, or makes it. */
    static Path of(Path base, String prefix) throws IOException {
        Path directory = base.resolve(prefix + ownName());
        try {
            PrivateFiles.createDirectory(directory);
            return directory;
        } catch (RegionFormatException | FileAlreadyExistsException squatted) {
            return another(directory);
        }
    }

    /** Anybody may have taken a name that everybody knows: then one that nobody can guess is used, and found again by its owner. */
    private static Path another(Path squatted) throws IOException {
        Path base = Objects.requireNonNull(squatted.getParent());
        String prefix = squatted.getFileName() + "-";
        try (DirectoryHandle held = DirectoryHandle.open(base)) {
            for (String name : new TreeSet<>(held.names())) {
                if (name.startsWith(prefix) && isOwn(held, name)) {
                    return base.resolve(name);
                }
            }
        }
        return PrivateFiles.createRandomDirectory(base, prefix);
    }

    private static boolean isOwn(DirectoryHandle base, String name) {
        try {
            base.openOwn(name).close();
            return true;
        } catch (IOException notOurs) {
            return false;
        }
    }

    /** Only tells the directories of several users apart; whose a directory is, its owner says. */
    private static String ownName() {
        return System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9_-]", "_");
    }
}
