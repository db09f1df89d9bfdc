// SPDX-License-Identifier: Apache-2.0
package io.ipcq.test;

import io.ipcq.OpenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What this process still has open or mapped below a directory, according to the kernel. */
final class Leftovers {

    /** The threads that give back what was collected, and what Chronicle closes, may get no turn for a while. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long LONGEST_PAUSE_MILLIS = 320;

    private Leftovers() {}

    /** What only the collector gives back is given back, too. */
    static void requireNoDescriptors(Path directory) {
        List<String> open = afterCollections(() -> descriptors(directory));
        if (!open.isEmpty()) {
            throw new AssertionError("still open: " + open);
        }
    }

    static List<String> mappings(Path directory) {
        System.gc();
        return afterCollections(() -> mapped(directory));
    }

    private static List<String> afterCollections(Supplier<List<String>> look) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long pauseMillis = 10;
        List<String> left = look.get();
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
            left = look.get();
        }
        return left;
    }

    private static List<String> descriptors(Path directory) {
        try {
            return below(directory, OpenFiles.descriptors().stream());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> mapped(Path directory) {
        try {
            return below(directory, OpenFiles.mappings().stream());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> below(Path directory, Stream<String> names) {
        return names.filter(name -> name.contains(directory + "/"))
                .map(name -> name.substring(name.indexOf(directory.toString())))
                .toList();
    }
}
