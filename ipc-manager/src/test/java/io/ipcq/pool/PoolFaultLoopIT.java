// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.ipcq.TestJvm;
import io.ipcq.test.FaultAgent;
import io.ipcq.test.FaultLoop;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * Lets an error come up at the n-th point of what a pool does, for every n, in the parent's threads or in a worker's,
 * and looks whether every future completes and the pool is whole again; {@link PoolFaultScene} says what must hold.
 */
@Tag("once")
class PoolFaultLoopIT {

    private static final int POINTS = Integer.getInteger("ipcq.fault.points", 2);

    /** Begins no other operation after so long: the order is random. */
    private static final int SECONDS = Integer.getInteger("ipcq.fault.seconds", 2);

    /** Names with commas between them; empty for all. */
    private static final List<String> ONLY = Stream.of(
                    System.getProperty("ipcq.fault.operations", "").split(",", -1))
            .filter(name -> !name.isEmpty())
            .toList();

    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());

    /** With {@code ipcq.children=threads}, which finds the same in a fraction of the time, but is not the same. */
    private static final String CHILDREN = System.getProperty("ipcq.children", "jvms");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @ParameterizedTest
    @EnumSource
    @Timeout(36_000)
    void shouldBeWholeAgainAfterErrorIn(PoolFaultOperation.Side side) {
        String operations = PoolFaultOperation.of(side).stream()
                .filter(operation -> CHILDREN.equals("jvms") || !operation.needsJvms())
                .map(Enum::name)
                .filter(name -> ONLY.isEmpty() || ONLY.contains(name))
                .collect(Collectors.joining(","));
        assumeFalse(operations.isEmpty(), "others were asked for");
        System.out.println("errors at " + POINTS + " points of each operation; seed " + SEED);
        String agent =
                FaultAgent.options(directory, "io.ipcq.pool", "io.ipcq.process").get(0);
        List<String> options = new ArrayList<>(List.of(
                "-Dipcq.archive=off",
                "-Dipcq.children=" + CHILDREN,
                "-D" + PoolFaultScene.AGENT + "=" + agent,
                "-Djava.io.tmpdir=" + directory));
        if (side == PoolFaultOperation.Side.PARENT) {
            options.add(agent);
        }
        try (TestJvm jvm = TestJvm.start(
                options,
                PoolFaultProgram.class,
                directory.toString(),
                Integer.toString(POINTS),
                Long.toString(SEED),
                Integer.toString(SECONDS),
                operations)) {
            FaultLoop.awaitSuccess(jvm);
        }
    }
}
