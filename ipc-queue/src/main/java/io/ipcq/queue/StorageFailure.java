// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is wrong with a queue's files, found below the exceptions of others, and what can be done about it. */
final class StorageFailure {

    private static final int DEEPEST = 20;

    private StorageFailure() {}

    static NoSuchFileException isGone(Path directory) {
        return new NoSuchFileException(
                directory.toString(), null, "the queue was moved or removed, or another one has taken its place");
    }

    /** The message of the innermost exception that has one, and what to do. */
    static String describe(Throwable failure) {
        String innermost = String.valueOf(failure.getMessage());
        Throwable each = failure;
        for (int depth = 0; each != null && depth < DEEPEST; depth++, each = each.getCause()) {
            String message = each.getMessage();
            if (each instanceof AccessDeniedException denied && denied.getReason() == null) {
                message += ": Permission denied"; // the JDK's message is the path alone
            }
            if (message == null) {
                continue;
            }
            innermost = message;
            String remedy = remedy(message.toLowerCase(Locale.ROOT));
            if (remedy != null) {
                return "cause=" + message + "; " + remedy;
            }
        }
        return "cause=" + innermost + "; see to that, then try again";
    }

    /** Null if the words are not known. */
    private static @Nullable String remedy(String words) {
        // no table in a static field: where the stack ends, its initializer would fail, and with it this class for good
        if (words.contains("too many open files")) {
            return "let the process open more files (ulimit -n), or close queues";
        }
        if (words.contains("no space left") || words.contains("quota exceeded")) {
            return "make room on the file system, then try again";
        }
        if (words.contains("permission denied") || words.contains("operation not permitted")) {
            return "let this user write there";
        }
        if (words.contains("read-only file system")) {
            return "mount it so that it can be written";
        }
        if (words.contains("map failed") || words.contains("cannot allocate memory")) {
            return "let the process map more (ulimit -v, vm.max_map_count)";
        }
        return null;
    }
}
