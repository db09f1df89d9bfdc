// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Virtual threads that wait leave their carrier to others, of which one ends the wait; there is one carrier for all.
 */
class VirtualThreadIT {

    private static final int MANY = Integer.getInteger("ipcq.virtual.many", 200);

    @TempDir
    Path parent;

    @ParameterizedTest
    @EnumSource
    void shouldNotKeepItsCarrierWhileItWaits(FaultEngine engine) {
        assumeTrue(Runtime.version().feature() >= 21, "there are no virtual threads");
        try (TestJvm jvm = TestJvm.start(
                List.of("-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1"),
                VirtualThreadProgram.class,
                engine.name(),
                parent.toString(),
                Integer.toString(MANY))) {
            jvm.awaitLine("done");
            jvm.awaitSuccess();
        }
    }
}
