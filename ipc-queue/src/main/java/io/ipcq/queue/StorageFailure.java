// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Locale;

/** What the operating system objects to, found below the exceptions of others, and what can be done about it. */
final class StorageFailure {

    /** How a cause is worded, and the remedy; in small letters. */
    private record Known(String words, String remedy) {}

    private static final List<Known> KNOWN = List.of(
            new Known("too many open files", "let the process open more files (ulimit -n), or close queues"),
            new Known("no space left", "make room on the file system, then try again"),
            new Known("quota exceeded", "make room on the file system, then try again"),
            new Known("permission denied", "let this user write there"),
            new Known("operation not permitted", "let this user write there"),
            new Known("read-only file system", "mount it so that it can be written"),
            new Known("map failed", "let the process map more (ulimit -v, vm.max_map_count)"),
            new Known("cannot allocate memory", "let the process map more (ulimit -v, vm.max_map_count)"));

    private static final int DEEPEST = 20;

    private StorageFailure() {}

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
            for (Known known : KNOWN) {
                if (message.toLowerCase(Locale.ROOT).contains(known.words)) {
                    return "cause=" + message + "; " + known.remedy;
                }
            }
        }
        return "cause=" + innermost + "; see to that, then try again";
    }
}
