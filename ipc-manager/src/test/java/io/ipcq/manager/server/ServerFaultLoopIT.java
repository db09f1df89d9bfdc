// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.TestJvm;
import io.ipcq.test.FaultAgent;
import io.ipcq.test.FaultLoop;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lets an error come up at the n-th point of a manager's server that carries out a call, for every n and each kind of
 * call; {@link ServerFaultScene} says what must hold.
 */
@Tag("once")
class ServerFaultLoopIT {

    private static final int POINTS = Integer.getInteger("ipcq.fault.points", 1);

    /** How many kinds of calls. */
    private static final int KINDS = Integer.getInteger("ipcq.fault.kinds", 12);

    /** A part of the names of those that are tried; empty for all. */
    private static final String ONLY = System.getProperty("ipcq.fault.calls", "");

    /**
     * Which kinds and points. A few of so many are the same ones each time; others are tried in the soak profile, all
     * of them.
     */
    private static final long SEED = Long.getLong("ipcq.seed", 1);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    @Timeout(36_000)
    void shouldAnswerEveryCallAndKeepNothing() {
        System.out.println("errors at " + POINTS + " points of " + KINDS + " kinds of calls; seed " + SEED);
        try (TestJvm jvm = TestJvm.start(
                FaultAgent.options(directory, "io.ipcq.manager"),
                ServerFaultProgram.class,
                directory.toString(),
                Integer.toString(POINTS),
                Long.toString(SEED),
                Integer.toString(KINDS),
                ONLY)) {
            FaultLoop.awaitSuccess(jvm);
        }
    }
}
