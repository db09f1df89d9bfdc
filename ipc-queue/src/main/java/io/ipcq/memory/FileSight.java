// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a path tells of a file, or of a link itself: a single system call, where the JDK's attributes take
 * more to say whose it is.
 *
 * <p>Thread-safe: immutable.
 *
 * @param mode type and permissions, as {@code stat(2)} has them
 * @param owner number of the user
 * @param bytes its length
 */
public record FileSight(int mode, int owner, long bytes) {

    private static final int TYPE = 0xf000;
    private static final int DIRECTORY = 0x4000;
    private static final int REGULAR = 0x8000;
    private static final int WRITABLE_BY_OTHERS = 022;

    /** Null if there is nothing, or the system says less than that. */
    public static @Nullable FileSight of(Path path) {
        try {
            Map<String, Object> seen = Files.readAttributes(path, "unix:mode,uid,size", LinkOption.NOFOLLOW_LINKS);
            return seen.get("mode") instanceof Integer mode
                            && seen.get("uid") instanceof Integer owner
                            && seen.get("size") instanceof Long bytes
                    ? new FileSight(mode, owner, bytes)
                    : null;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException notThere) {
            return null;
        }
    }

    /** Whether it is a directory of this user that nobody else may write to. */
    public boolean isOwnDirectory() {
        return (mode & TYPE) == DIRECTORY && isPrivate();
    }

    /** Whether it is a regular file of this user that nobody else may write to. */
    public boolean isOwnFile() {
        return (mode & TYPE) == REGULAR && isPrivate();
    }

    private boolean isPrivate() {
        return (mode & WRITABLE_BY_OTHERS) == 0 && PrivateFiles.isUser(owner);
    }
}
