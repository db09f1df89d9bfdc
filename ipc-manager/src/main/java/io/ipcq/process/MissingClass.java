// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says more about a class that was not found. The JDK's class loaders pass over a directory or a jar that they cannot
 * open. So a process that may open no more files is told that a class is missing, although it is there.
 *
 * <p>Thread-safe: it has no state. Process-safe: not applicable. Survives a crash: not applicable.
 */
public final class MissingClass {

    private static final Path OPEN = Path.of("/proc/self/fd");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String LIMIT = "Max open files ";

    /** What other threads may have had open when the class was looked for. */
    private static final int OF_OTHER_THREADS = 16;

    private MissingClass() {}

    /** To be called while files can be opened, because this is a class, too. */
    public static void prepare() {}

    /**
     * Returns what was thrown. If a class was not found and this process can hardly open another file, returns an
     * exception that says so, whose cause is what was thrown.
     */
    public static Throwable explain(Throwable thrown) {
        String shortage = isOfMissingClass(thrown) ? shortage() : null;
        return shortage == null
                ? thrown
                : new IOException(
                        "a class was not found, perhaps because of \"Too many open files\": " + shortage, thrown);
    }

    private static boolean isOfMissingClass(Throwable thrown) {
        int depth = 0; // causes may go in a circle
        for (Throwable cause = thrown; cause != null && depth < 100; cause = cause.getCause(), depth++) {
            if (cause instanceof ClassNotFoundException || cause instanceof NoClassDefFoundError) {
                return true;
            }
        }
        return false;
    }

    /** Null if there is none, or the system does not say. */
    private static @Nullable String shortage() {
        if (!Files.exists(LIMITS)) {
            return null;
        }
        try (Stream<Path> files = Files.list(OPEN)) {
            long open = files.count();
            long limit = limit();
            return open < limit - OF_OTHER_THREADS ? null : "open=" + open + ", limit=" + limit + " (ulimit -n)";
        } catch (IOException | RuntimeException refused) {
            return "reason=" + refused.getMessage();
        }
    }

    private static long limit() throws IOException {
        for (String line : Files.readAllLines(LIMITS)) {
            if (line.startsWith(LIMIT)) {
                String soft = line.substring(LIMIT.length()).strip().split(" +", 2)[0];
                return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
            }
        }
        return Long.MAX_VALUE;
    }
}
