// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The heap of a process is used up, and not for a moment only, while it takes: it goes on afterwards, and nothing is
 * lost.
 */
@Timeout(180)
class OutOfMemoryIT {

    private static final int ELEMENTS = 200;
    private static final int ROUNDS = Integer.getInteger("ipcq.heap.rounds", 8);
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path parent;

    @ParameterizedTest
    @EnumSource
    void shouldLoseNothingWhenHeapIsUsedUp(FaultEngine engine) throws Exception {
        List<String> elements =
                IntStream.range(0, ELEMENTS).mapToObj(Integer::toString).toList();
        Path directory = parent.resolve("queue");
        try (SharedQueue<String> queue = engine.create(directory, FaultOperation.PUT)) {
            queue.putAll(elements);
            List<String> seen = new ArrayList<>();
            try (TestJvm jvm = TestJvm.start(
                    List.of("-Xmx40m", TestJvm.COMPILED),
                    ExhaustedHeapProgram.class,
                    engine.name(),
                    directory.toString(),
                    Integer.toString(ROUNDS))) {
                assertThat(jvm.awaitLine("failures ")).isEqualTo("failures " + 2 * ROUNDS);
                seen.addAll(
                        List.of(jvm.awaitLine("got ").substring("got ".length()).split(" ")));
                jvm.send("end");
                jvm.awaitSuccess();
            }
            while (seen.size() < ELEMENTS) {
                String element = queue.get(LONG);
                assertThat(element).as("seen so far: %s", seen).isNotNull();
                seen.add(element);
            }
            assertThat(seen).containsExactlyInAnyOrderElementsOf(elements);
            assertThat(queue.put("last", LONG)).isTrue();
            assertThat(queue.get(LONG)).isEqualTo("last");
            assertThat(queue.getNow()).isNull();
        }
    }
}
