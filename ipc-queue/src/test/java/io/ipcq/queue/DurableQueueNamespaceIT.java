// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Containers that share a directory but no process numbers: in each, the JVM is process 1, and sees none of the others.
 */
@Tag("once")
class DurableQueueNamespaceIT {

    private static final List<String> NAMESPACE = List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child");
    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());
    private static final int ELEMENTS = Integer.getInteger("ipcq.crash.elements", 20_000);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void shouldLoseNothingWhenProcessesOfDifferentNamespacesDie() throws Exception {
        assumeTrue(canUnshare(), "needs the right to make namespaces");
        CrashOptions options = CrashOptions.random(SEED, true, true, ELEMENTS, 4);
        try (CrashRound round = new CrashRound(directory, options)) {
            round.run(NAMESPACE, NAMESPACE);
        }
    }

    private static boolean canUnshare() throws InterruptedException {
        List<String> command = new ArrayList<>(NAMESPACE);
        command.add("true");
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
