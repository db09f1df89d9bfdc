// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process runs out of stack at each call that a queue makes, and lives on: it keeps nothing locked, and loses
 * nothing.
 */
class StackOverflowIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int ROUNDS = Integer.getInteger("ipcq.overflow.rounds", 5);
    private static final int FILLING = 1_000;
    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());

    @TempDir
    Path parent;

    static Stream<Arguments> enginesAndOptions() {
        return Stream.of(FaultEngine.values())
                .flatMap(engine -> Stream.of(TestJvm.COMPILED, "-Xint", "-XX:TieredStopAtLevel=1")
                        .map(option -> Arguments.of(engine, option)));
    }

    @ParameterizedTest
    @MethodSource("enginesAndOptions")
    void shouldGoOnForOthersWhenStackOverflows(FaultEngine engine, String jvmOption) throws Exception {
        Path directory = parent.resolve("queue");
        try (SharedQueue<String> queue = create(engine, directory)) {
            queue.putAll(Collections.nCopies(FILLING, "filler"));
            try (TestJvm jvm = TestJvm.start(
                    List.of(jvmOption),
                    OverflowProgram.class,
                    engine.name(),
                    directory.toString(),
                    Long.toString(SEED),
                    Integer.toString(ROUNDS))) {
                String[] counts = jvm.awaitLine("done ").split(" ");
                int put = Integer.parseInt(counts[1]);
                int taken = Integer.parseInt(counts[2]);
                int takesThatFailed = Integer.parseInt(counts[3]);
                assertThat(Integer.parseInt(counts[4])).as("overflows").isPositive();
                assertThat(queue.put("last", LONG)).isTrue();
                int left = 0;
                while (!"last".equals(queue.get(LONG))) {
                    left++;
                }
                assertThat(left)
                        .as("seed=%d, %s", SEED, String.join(" ", counts))
                        .isGreaterThanOrEqualTo(FILLING + put - taken - takesThatFailed);
                jvm.send("end");
                jvm.awaitSuccess();
            }
        }
    }

    private static SharedQueue<String> create(FaultEngine engine, Path directory) throws IOException {
        return engine == FaultEngine.RING
                ? engine.create(directory, FaultOperation.OFFER)
                : DurableQueue.builder(String.class).create(directory);
    }
}
