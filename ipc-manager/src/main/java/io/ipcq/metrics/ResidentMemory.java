// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/** How much memory processes have, as the kernel shows it: what is theirs, and what they share with others as well. */
final class ResidentMemory {

    private static final Path PROCESSES = Path.of("/proc");
    private static final String LINE = "VmRSS:";

    private ResidentMemory() {}

    /** Whether this system says. */
    static boolean isKnown() {
        return Files.exists(PROCESSES.resolve("self/status"));
    }

    /** In bytes, of all of them; one that is gone has none. */
    static long of(Collection<Long> pids) {
        return pids.stream().mapToLong(ResidentMemory::of).sum();
    }

    private static long of(long pid) {
        try {
            for (String line : Files.readAllLines(PROCESSES.resolve(pid + "/status"), ISO_8859_1)) {
                if (line.startsWith(LINE)) {
                    return kibibytes(line) << 10;
                }
            }
            return 0; // it has ended, and its parent has not looked
        } catch (IOException | NumberFormatException gone) {
            return 0;
        }
    }

    /** {@code VmRSS:	   43100 kB}. */
    private static long kibibytes(String line) {
        return Long.parseLong(
                line.substring(LINE.length(), line.lastIndexOf(' ')).strip());
    }
}
