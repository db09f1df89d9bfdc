// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.ipcq.TestJvm;
import io.ipcq.test.FaultAgent;
import io.ipcq.test.FaultLoop;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Lets an error come up at the n-th point of each operation, for every n, and looks whether the queue goes on for all
 * others, with nothing lost and nothing left open; {@link FaultScene} says what must hold.
 */
@Tag("once")
class FaultLoopIT {

    private static final int POINTS = Integer.getInteger("ipcq.fault.points", 2);
    /** Names with commas between them; empty for all. */
    private static final List<String> ONLY = Stream.of(
                    System.getProperty("ipcq.fault.operations", "").split(",", -1))
            .filter(name -> !name.isEmpty())
            .toList();

    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @ParameterizedTest
    @EnumSource
    @Timeout(36_000)
    void shouldGoOnAfterErrorIn(FaultEngine engine) {
        String operations = FaultOperation.of(engine).stream()
                .map(Enum::name)
                .filter(name -> ONLY.isEmpty() || ONLY.contains(name))
                .collect(Collectors.joining(","));
        assumeFalse(operations.isEmpty(), "others were asked for");
        System.out.println("errors at " + POINTS + " points of each operation; seed " + SEED);
        try (TestJvm jvm = TestJvm.start(
                FaultAgent.options(directory, "io.ipcq.queue", "io.ipcq.memory", "io.ipcq.codec"),
                FaultProgram.class,
                directory.toString(),
                engine.name(),
                Integer.toString(POINTS),
                Long.toString(SEED),
                operations)) {
            FaultLoop.awaitSuccess(jvm);
        }
    }
}
